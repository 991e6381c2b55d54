"""Running: billing a whole book, many payers at a time.

Words: a *run* bills what fell due by a day; its *work* is one row for each payer who is due; a *chunk* is the work one worker
takes at once. What looks wrong is *held* for a person, who releases or discards it.

The work table is the truth. A chunk is one transaction: its rows are claimed with SKIP LOCKED, its payers locked, planned by the
same planning as every preview, written by COPY and marked done, or none of it happened. So a worker that is killed loses
nothing and leaves nothing half done, any number of workers may share a run, and running again goes on where it stopped.

Start at carrying.py (the use case), chunks.py (one transaction), rules.py (what is held), holding.py (what becomes of it).
"""
