"""Industries: what a house of some trade starts with: its words for the parts of a customer, its wares, and what it meters.

A *template* is a table; `planting.plant` puts it in through the same use cases as every screen, so managers change anything of it
afterwards in the administration. To add an industry write a table in `templates.py` and its line in `INDUSTRIES`.
"""
