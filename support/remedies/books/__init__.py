"""Books: what remedies need of accounting: the number of each ledger account in the accounting system, and budgets.

Words: a *mapping* gives a ledger account its number; a *budget* is the most goodwill of a month for the customers of a node or a
segment, or by one person's hand; the *ERP file* is a day's journal of remedies for the accounting system. A kind of remedy
whose accounts are not all mapped cannot be given (authority.py asks). Start at setup.py: is everything as it must be?
"""
