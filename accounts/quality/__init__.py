"""Quality: are the facts we keep of customers right, complete, fresh, and kept only once?

Words: an *identifier* is a number that proves itself by check digits; a *candidate* is a pair of customers that may be one,
with its *evidence*; a *merge* lets one customer absorb another; a *score* says how well facts keep the rules of
accounts/customers/rules.py; a *confirmation* is the customer's word that they are right; a *change request* is their wish to
change them; a *source* is another system that speaks of customers, and *survivorship* says whose word is kept. What always holds:
`identifiers.py`, `survivorship.py` and `matching/` are pure; a merge takes two persons, rewrites no document and can be undone as
a whole. Start at `candidates.py`, `merging.py`, `scores.py`, `changes.py` and `sources.py`.
"""
