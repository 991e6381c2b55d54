"""Batches: one error that hit many, put right for all of them, each as if it were a ticket of its own.

Words: *who else* are the open findings with the same cause as one, by what their lines were derived from; a *batch* is one remedy
over several of them; its *row* is one customer with what became of it. What always holds: each row is one transaction with all
that a remedy leaves; authority is asked for each; working a batch off again gives nothing twice; undoing takes back what it gave.
Start at who_else.py, then working.py.
"""
