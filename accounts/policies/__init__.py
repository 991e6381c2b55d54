"""Policies: what the house has decided, in versions that never change, bound to the places where they hold.

Words: a *key* is a question the code asks (keys.py, one table); a *policy* is a document for staff or for customers; a
*version* says values for keys, in clauses with ids; a *binding* says where it holds: the whole house, a tier, a segment, or
a customer with all below it. `resolving.resolve` answers a key for a customer and a day, with the trace of who said what.
What always holds: the nearest place wins, unless a more general one locked the key or allows only tightening; a published
version never changes (database trigger); publishing, binding and excepting take two persons; the answer for a day gone by
stays what it was; every decision is logged with the version it used. Start at `resolving.py`; `publishing.py` makes versions.
"""
