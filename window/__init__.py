"""What both windows are made with: pages of long lists, refusals on forms, the key of a form, the live stream.

The portal and the back office never import each other; what is the same in both lives here. Nothing here knows a page, a
topic or a rule: it translates between HTTP and the domain, and rests on accounts/ alone.
"""
