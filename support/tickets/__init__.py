"""Tickets: a customer's issue as it is worked on, as one conversation whatever the channel.

Words: the *requester* asked, the *assignee* works on it; a *message* is read by both sides, a *note* by staff only; its
*matter* is the document, line and billing error it is about. What always holds: a ticket moves only by the steps of
`conversation.STEPS`, under its row lock; messages are never changed; sending a form twice writes once. Start at
`conversation.py` (open, reply, resolve, reopen); `queue.py` is the list agents work from.
"""
