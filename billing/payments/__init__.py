"""Payments: how money comes in, what it pays for, and how it is given back.

Words: a *payment* is one attempt of a payer to pay one or more invoices through a *gateway*; its *shares* say how much is
meant for which; *settlement* applies a payment that succeeded; a *refund* gives credit back to where it came from.
What always holds: the attempt is recorded and committed before a gateway is called, never in one transaction with it; an
attempt whose outcome is unknown is resolved by asking, never by trying again, and its invoices wait for it; the key of a
form makes a double click one payment; amounts are read from the books, never from the browser; card numbers are not kept.

Start at `collecting.py` (start, carry_out, ask_unknown), then `settlement.py` and `refunds.py`; `attempts.py` has the steps
of a status. To add a gateway: docs/how-to/add-a-gateway.md.
"""
