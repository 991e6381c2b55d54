"""Dunning: what follows when an invoice is not paid, announced before it happens and taken back the moment it is paid.

Managers set the ladder (`ladder.py`): reminders, a fee, no new orders, service suspended, each some days after the due day.
`schedule.py` is pure and says on which day which step comes; days on which an invoice rests (a dispute, a promise to pay, a
payment plan, somebody's word) do not count. `stepping.py` takes the steps that came, one letter a payer; `entitlements.py`
says what a customer may not do meanwhile, read from what is open now, so that paying lifts it at once.
"""
