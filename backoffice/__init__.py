"""The back office: the staff's window. What needs me now, what went wrong, what may I do about it, does finance know?

Words: the *queue* is the tickets somebody must act on; a *proposal* is a remedy ranked for a ticket, with its amount, effect and
why it is or is not yours to give; the *desk* lists billing errors found; the *inbox* is what finance must know of. What always
holds: everything shown was loaded through the viewer's reach (`places.py`); a view translates and decides nothing; each change of
state is a noun with its own address and calls one use case of the domain; forms work without JavaScript and carry a key, so that
sending one twice does it once. Managers steer in `admin/`, whose changes go through the same use cases.
Start at `urls.py`, then `views/`, one file a topic; `frame.py` is what stands around every page; `demo/` is the demo world.
To add a page: a view that declares its audience, an address, a template of components, its row in tests/backoffice/test_reach.py.
"""
