"""Customers: the tree of every company, department, place and person served, and who answers for what in it.

Words: a *customer* is a node; its *kind* says what it is and under which kinds it may stand; a *group* is one whole
tree; the *payer* and the *document receiver* are dated responsibilities inherited down the tree. What always holds:
`parent` is the truth and the numbering (tree_id, lft, rght, level) an index of it; all tree writes go through `tree.py`,
which takes the tree's advisory lock before it loads a node. Start at `tree.py` (add, move, check) and
`responsibilities.py` (who pays); `importing.py` brings whole trees in.
"""
