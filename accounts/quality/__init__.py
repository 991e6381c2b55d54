"""Quality: are the facts we keep of customers right, complete, fresh, and kept only once?

Words: an *identifier* is a number that proves itself by check digits; a *candidate* is a pair of customers that may be
one, with its *evidence*.
What always holds: `identifiers.py` and the matching modules are pure: they know no table and no clock.
"""
