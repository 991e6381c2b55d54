"""Usage: what was consumed, measured and kept so that it can be billed once.

Words: a *meter* is what is measured and how a period's records become one number (sum, count, max, unique, last); a *record*
is one measurement with an id of its own, only ever added. Sending a record again changes nothing. Start at `recording.py`;
`selectors.py` reads records as rating needs them.
"""
