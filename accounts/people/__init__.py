"""People: who signs in, at which customer they stand, and what they may do for it.

Words: a *user* signs in; a *membership* gives a user a *role* at a customer, for that node or its whole subtree, for a
span of days, as an allowance or a denial; *staff* work for us and have a *level*. What always holds: everything a person
sees starts from `access.customers_within_reach(viewer)`; a denial beats every allowance; a refusal of a foreign object
looks like "there is no such thing". A *relation* (one customer serves another) opens a name
or the tickets raised under it, and nothing else. Start at `access.py`; routes declare what they need with `routes.declares`.
"""
