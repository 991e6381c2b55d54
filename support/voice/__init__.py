"""Voice: what customers say of how it went.

Words: *praise* is thanks that reach the agent; it is as near as a complaint. What always holds: praise comes from the
customer's own people, once for a ticket, and names who helped. Start at `praise.py`.
"""
