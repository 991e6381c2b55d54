"""Remedies: what an agent may do to put things right, how much of it, who else may say yes, and what finance sees of it.

Words: a *remedy* is a kind of redress (kinds/), its *terms* what exactly is given, its *cause* what it puts right; a
*grant* is one asked for: granted, waiting for *approval*, or turned down; *authority* is the dated limit of a level or a
person; the *finance feed* has one row for each remedy given. What always holds: a granted remedy has its document,
decision, activity and feed row, all written in one transaction (giving.py, proved by proof.py); a cause is put right once
(`one_remedy_per_cause`); limits are asked and enforced by one function (authority.py). Start at `resolution.py`.
"""
