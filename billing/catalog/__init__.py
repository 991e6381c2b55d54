"""The catalog: what is sold, by whom, and what it costs.

Words: a *product* is bought by a *plan*; a *plan version* is the plan's terms in one currency from a day on; a *charge* is one
price of a version, worked out by a *charge model* (charges/). What always holds: a version that a subscription uses never
changes (database); a new price is a new version. Start at `plans.py`.
"""
