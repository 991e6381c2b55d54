"""Bulk changes: many contract changes out of one file, first as a preview with the price of each row, then all or chosen rows.

Words: a *bulk change* is one file of one customer; a *row* asks for one change and carries its quote, or says why it cannot be;
a *choice* is the rows that somebody chose to have made, each named with the quote that was looked at.
What always holds: rows are written first, and a worker prices and makes them, each on its own; a row is made at exactly the quote
that was chosen or not at all, and once, however often it is sent or its worker dies; the same file of the same customer is the
same bulk change; what is chosen at once is one commitment to limits.

Start at `reading.py` (what a file says), then `working.py` (prepare, preview again, choose), then `carrying.py` (the worker).
"""
