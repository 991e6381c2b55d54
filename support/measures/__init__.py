"""Measures: how well we help, counted from what happened and never shown one-sided.

Words: an *issue* is one matter of one customer: the tickets of a topic that followed each other within its *repeat window*,
whatever the channel; a *contact* is a customer's word that came more than half an hour after the one before. An issue is
solved at *first contact* when one contact was enough, nothing was reopened and the window passed in silence. What always
holds: the windows are published in numbered definitions that never change; first contact resolution and speed stand beside
satisfaction and reopen rate. Start at `first_contact.py`; `definitions.py` publishes the windows.
"""
