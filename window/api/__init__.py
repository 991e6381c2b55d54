"""What every view of the REST API shares: who may come in, how answers are paged, written and refused.

Words: a *key* is what a program acts with, a *scope* what its key allows, a *refusal* a rule's "no" with a code and a reason.
Start at `views.py`. Addresses: portal/api (customers and what is theirs) and backoffice/api (our own people's work).
"""
