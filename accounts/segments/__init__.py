"""Segments: which customers are alike, which are key accounts, what was agreed specially, and at which stage each stands.

Words: a *segment* is a rule over facts (or a hand-picked list); a *membership* of it is dated and keeps the trace of the
rule; a *key account* is a customer with a manager and a note shown wherever it appears; a *condition* is a special term
(price list, discount, service level, goodwill, payment term); a *stage* is where a customer stands in its life with us.
What always holds: all of it flows down the tree, the nearest wins, and each answer names its source; what gives somebody
more takes two persons; nothing reaches into the past. Start at `belonging.py`; `evaluating.py` is what runs at night.
"""
