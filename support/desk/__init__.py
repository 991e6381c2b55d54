"""Desk: what an agent does with tickets beyond answering one: merge, split, bundle, change many at once, and be told of heaps.

Words: a *merged* ticket is read as part of its *survivor*; a *problem* is one cause behind many tickets; a *change* is what
happens to a ticket at once (words, tags, status, priority, assignee) and a *macro* a change written down; a *bulk* is one change
over many tickets, row by row; an *outgoing* reply rests before it leaves; a *topic* is a heap of like tickets, counted by day.
What always holds: each ticket is asked for by its own customer's rules; what was done can be taken back where this says so;
doing it twice does it once. Start at `merging.py`, `problems.py`, `changes.py`, `bulk.py`, `outgoing.py`, `topics.py`.
"""
