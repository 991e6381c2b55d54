"""Contracts: what was agreed, as dated events that are only ever added.

Words: a *contract* is the agreement signed; a *subscription* is one product running under it; an *event* is one dated change of
a subscription (start, change plan, change quantity, pause, resume, cancel…); an *undo* takes back what is still to come.
What a history means (which terms are in force on which days, what can be changed) is asked of billing/rating, which is pure.
Start at `signing.py`; `events.py` adds changes, `histories.py` reads them, `state.py` says how things stand on a day.
"""
