"""Webhooks: telling a customer's own programs what happened, signed, at least once, and never more than they may know.

Words: an *endpoint* is an address that a person or a program registered at a customer; a *message* is one activity for one
endpoint; an *attempt* is one try to hand it over. What always holds: a message tells of activities that customers may read, at
the endpoint's customer or below it, within the reach of who registered it at the moment of sending; when that person no longer
manages people there, the endpoint ends and what waited is dropped. Addresses inside a network are refused when the connection
is made, redirects are not followed, secrets are kept nowhere. A worker that dies loses nothing: a message comes due again, so
it may come twice, and messages may come in any order. Start at `endpoints.register`, `queueing.queue`, `sending.send_waiting`;
docs/how-to/receive-webhooks.md is for those who receive.
"""
