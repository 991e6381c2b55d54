"""Bulk changes: many contract changes out of one file, first as a preview with the price of each row, then all or chosen rows.

Words: a *bulk change* is one file of one customer; a *row* asks for one change and carries its quote, or says why it cannot be.
What always holds: a row is made at exactly the price previewed or not at all; each on its own, so one refusal stops no other;
a row is made once, however often it is sent; the same file of the same customer is the same bulk change.

Start at `reading.py` (what a file says), then `working.py` (prepare, preview again, carry out).
"""
