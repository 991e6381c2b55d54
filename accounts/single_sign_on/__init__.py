"""Single sign-on: how a customer organisation's people sign in at their own provider, and what such a sign-in is worth here.

Words: a *provider* signs the people of one customer and everything below it in; it is off, offered or the only way. A *mail
domain* is verified by a DNS record, or a manager vouches for it; a verified one leads to one organisation only. An *identity*
binds a login to the provider's own name for the person (the subject), never to a mere e-mail. What always holds: nobody who
works for us signs in by a customer's provider; who arrives for the first time joins inside that customer's subtree, never as an
administrator; while signing in by the provider is the only way, administrators who are named still come in without it.
Start at `arrivals.py` (who came in) and `providers.py` (setting one up). What a provider says is judged without the database: by
OpenID Connect in `proofs.py` and `leavings.py`, by SAML in `answers.py` (the form) and `assertions.py` (what it says).
"""
