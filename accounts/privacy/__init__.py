"""Privacy: what do we hold about a person or a customer, how do they get it, and what is erased when they ask for it?

Words: an *export* is a ZIP file with every row about a person, or about a customer and all below it, and the documents that
go with them; it can be fetched for a week, and only by who asked for it. An *erasure* goes through two persons: one asks, a
preview says what is erased and what is kept under which law, another confirms, and then the person is a pseudonym in every table
but the kept ones. Both are prepared by a task; the tables here are its work list. Start at `holdings.py`, the one table of
what is kept and what is handed out; then `exporting.py` and `erasing.py`. A new table with a reference to a user or a customer
is found by itself: it is erased unless `holdings.KEPT` names it, and given to a customer only when `holdings.GIVEN` names it.
"""
