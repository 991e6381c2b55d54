"""Simulation: billing scenarios played as if they had happened, by the same code as production, and taken back afterwards.

Words: a *scenario* is a small world as JSON (plans, accounts, dated events); an *act* is what one event does; what the house
will not do is *refused* by name and told, never passed over. Start at `playing.py`: it sets the stage (`stage.py`), lets the
events act (`contract_acts.py`, `money_acts.py`), bills every day on which something falls due, and tells what came of it
(`telling.py`). All of it happens in one transaction that is rolled back. The format: docs/how-to/simulate-billing.md.
"""
