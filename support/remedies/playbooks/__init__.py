"""Playbooks: how a known problem is put right, the same by every person and whatever the channel.

Words: a *playbook* names a problem; its *version* says by what it is recognised, which *criteria* must be met, the remedies in
the order they are tried, the text the customer reads and what is done afterwards; a *practice run* is a made-up case, solved by
one of our people, with a score. What always holds: a version never changes, editing makes the next one; criteria are code
(criteria.py), which of them count is written by managers; practice moves no money. Start at offering.py.
"""
