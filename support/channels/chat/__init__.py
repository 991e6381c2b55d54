"""Chat: a ticket's conversation held live, while somebody of ours is there.

Words: a *chat* is the stretch of a ticket's conversation that both sides follow at once; it *waits* until an agent *picks it up*,
is then *live*, and *ends*; an agent is *present* when available, seen lately and below the chats they take at once. What always
holds: the words are messages of the ticket and nowhere else; a ticket and a person have one open chat at most; a chat is picked
up by exactly one agent; a chat nobody could take becomes a ticket, and says by when it is answered. Start at `chats.py`;
`tending.py` looks after chats somebody went away from, `reading.py` knows what they have read and tells them the rest.
"""
