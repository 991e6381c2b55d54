"""Bank: what banks tell us of our accounts, and what it pays for.

Words: a *statement* says what happened on one account; a *line* is one payment on it, stored once however often and in
whatever overlap it is told; a *match* says which invoices a line pays and why; what no rule matches waits in the queue.
What always holds: reading is pure and all or nothing; importing again changes nothing; a line settles through the ledger
at most once, and a person's undo is a counter-posting.

Start at `reading.read` (a file), `importing.import_file` (store, match, settle), `queue.py` (what people do by hand).
To add a format: a reader that returns `statements.Statement`, and a line in `reading.py`.
"""
