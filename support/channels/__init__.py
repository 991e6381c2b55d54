"""Channels: how words reach a ticket from outside, and the addresses by which answers find their way back.

Words: a *reply address* names one ticket and one person and is signed, so that a ticket's number alone opens nothing; an
*arrival* is one inbound mail, kept once by its Message-ID; its *outcome* says what became of it. What always holds: headers
prove nothing, so only a signed address or a signed Message-ID of ours joins a mail to a ticket; an automatic mail is never
answered; attachments are kept as bytes and never opened. Start at `receiving.receive`; `parsing.py` reads a mail without
the database, `quotations.py` finds what is new in a reply, `recognising.py` tells bounces, loops, auto-replies and spam.
"""
