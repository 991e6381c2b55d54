"""Notices: the mails that follow from activities, each told once to each person it concerns.

Words: a *notice* is one line of `table.NOTICES`: the kind of activity, its template, and the *audience* that is told; an
audience is a function of `audiences.py` that returns people. What always holds: every kind that accounts/timeline/kinds.py
marks with NOTICE has its line; an internal activity is told to our own people only, and a customer's person only of
customers within their reach; a person is told once of an activity, also when it is delivered twice; a mail server that is
down loses nothing, the delivery comes due again; who chose a digest, quiet hours or no mail is told so (preferences.py,
digests.py), but what must be told always comes. Start at `sending.send`; docs/how-to/add-a-notice.md adds one.
"""
