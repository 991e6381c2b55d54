"""Timeline: the append-only record of everything that happened to a customer, and the outbox that tells the world.

Words: an *activity* is one thing that happened; its *kind* is declared in `kinds.py`; a *delivery* is one reader
(live page, notice, webhook) still to be told. What always holds: an activity is written in the transaction of the work
it records and is never changed or removed (database trigger); a delivery happens after commit, at least once.
Start at `recording.record`; read with `reading.of_customer`; new kinds are a line in `kinds.py`.
"""
