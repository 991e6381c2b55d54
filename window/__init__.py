"""What both windows are made with: how amounts and days are written, the tags of the design system, pages of long lists,
refusals on forms, the key of a form, the live stream.

The portal and the back office never import each other; what is the same in both lives here. Nothing here knows a page, a topic
or a rule: it translates between the screen and the domain, and rests on accounts/ and billing/money.py alone.
"""
