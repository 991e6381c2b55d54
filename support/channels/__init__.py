"""Channels: the ways by which people reach us, each of which ends in one conversation on a ticket.

Words: a *reply address* names one ticket and one person and is signed, so that a ticket's number alone opens nothing. What
always holds: headers prove nothing, so only a signed address or a signed Message-ID of ours joins a mail to a ticket. Start at
`addresses.py`.
"""
