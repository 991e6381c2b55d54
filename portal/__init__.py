"""The portal: the customer's own window. What do I owe, what did I agree, what changes if I change it, who helps me?

Words: a page stands at a *node* of the customer tree, which its address names; its figures are for this node or *with
everything below*. What always holds: everything shown was loaded through the viewer's reach (`places.py`), so a foreign
address is answered as if there were no such thing; a view translates and decides nothing; each change of state is a noun with
its own address and calls one use case of the domain; forms work without JavaScript and carry a key, so that sending one twice
does it once. Start at `urls.py`, then `views/`, one file a topic; `frame.py` is what stands around every page; `live.py` keeps
pages fresh; `api/` offers the same use cases to programs. To add a page: a view that declares its audience, an address, a
template that composes components (docs/how-to/use-the-components.md), and its row in tests/portal/test_reach.py.
"""
