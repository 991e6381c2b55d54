"""Stripe: cards taken by Stripe's hosted fields; their numbers never reach us.

Words: a *set-up* is a card being entered in Stripe's fields, kept when Stripe says that it may be charged later; a *call* is one
thing we asked Stripe to do, remembered before it is asked; an *event* is news that Stripe sends, signed.
What always holds: an event is kept once and only says "look": what it is about is then asked of Stripe itself, so that events may
come twice, late and in any order; a call without an answer is looked up by its key, never made anew; nothing is decided by what
a browser brings back. Keys come from the environment and are stored nowhere.

Start at `setups.begin`, `events.receive` and `gateways/stripe.py`. How to turn it on: docs/how-to/take-cards-with-stripe.md.
"""
