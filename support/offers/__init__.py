"""Offers: what we suggest to a customer, with the reason, and only while nothing is wrong.

Words: an *offer* is written by managers: what is suggested, to whom, and why; it *fits* a customer while its conditions hold.
A customer answers yes, which is a quote to confirm, or no, after which it rests. What always holds: nobody is offered more
than two things at once, nobody who lately told us that something is wrong, and nothing that runs already or whose base does
not run. The price is quoted, and the credit limit asked, when somebody takes it.
"""
