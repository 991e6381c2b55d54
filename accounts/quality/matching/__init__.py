"""Matching: which records are likely to speak of one and the same organisation, site or person. Pure.

Words: a *record* is a row reduced to what can be compared; a *block* holds records worth comparing; *evidence* is one thing
two records agree or differ in, with its weight; the *score* (0 to 1) grows with the sum of the weights. Every weight is a
line in a table of `organisations.py`, `sites.py` or `persons.py`, so each score can say why. Start at `finding.py`.
"""
