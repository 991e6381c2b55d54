"""Documents: invoices and credit notes, from what is wanted to what is settled.

Words: a *run* bills everything that fell due for a payer; *planning* subtracts what documents already cover from what is
wanted; *issuing* numbers a document and seals it; *coverage* is which line covers which days; *settling* reduces what is
open. What always holds: an issued document never changes, numbers have no gaps, no day of a charge is net-billed twice, no
line is credited beyond what is left of it. Start at `run.py`; corrections begin in `credit_notes.py`.
"""
