"""Amendments: changing a running contract, with the price first.

Words: a *quote* is what a proposed change will cost, line by line, for half an hour; *applying* it records the change and
issues exactly what was quoted, or refuses. Quote and bill are the same planning on a proposed and on the stored history.
A *bonus* for a longer term is kept up: no change makes what it counted cost less before (`bonus.py`).
Start at `quoting.py`; `applying.py` makes it happen, once per token, and undoes what is still to come.
"""
