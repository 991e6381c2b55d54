"""Help: answers before contact, tickets, and what an agent may do to put things right.

Words: an *article* answers a question before it is asked; a *ticket* is a customer's issue as worked on, with its
*messages* and internal *notes*; a *remedy* is a kind of redress and a *grant* one given or asked for; *authority* is how
much a person may give; an *approval* is a remedy over it, waiting for one who may decide; the *finance feed* tells
finance of every remedy; a *notice* is a mail that follows from an activity.

What always holds: a remedy exists if and only if its document, decision, activity and finance feed row exist, written in
one transaction; the same cause is put right once; nobody gives more than their authority, by any route, and nobody
decides on their own request or for their own account; every step of a ticket is one of `tickets.conversation.STEPS`.

Start at knowledge/search.py (ask), tickets/conversation.py (talk), remedies/resolution.py (put right),
remedies/finance_feed.py (what finance sees), voice/praise.py (what the customer says of it).

To add a remedy: docs/how-to/add-a-remedy.md. A notice: docs/how-to/add-a-notice.md. A rule of authority: a function and
its name in `RULES` of remedies/authority.py. Another word people use: knowledge/synonyms.py.
"""
