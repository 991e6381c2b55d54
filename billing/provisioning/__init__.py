"""Provisioning: what is done between an order and a service that works, step by step, with the day each is to be done by.

Words: a *step* is what managers say has to be done for a product; a *task* is such a step for one subscription that was
ordered. Tasks are done in their order; what was only imported or agreed elsewhere has none. Days are the contract's own.
"""
