"""Our own people's part of the API: tickets and what may be done about them, approvals, and the finance feed.

The same places, use cases and checks as the back office's pages. A person comes in by their session; what their level or their
authority does not allow is refused with the rule's code.
"""
