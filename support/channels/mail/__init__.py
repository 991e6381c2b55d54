"""Mail as it comes in: read without trusting any of it, judged, and put where it belongs.

Words: a *letter* is a mail read into plain values; *new text* is what its writer wrote, without what was quoted; a letter is
*automatic* when no person wrote it for us (bounces, absence notes, lists), and never answered. Start at `letters.py` (reading,
pure), then `automatic.py` and `quotations.py` (judging, pure), then `taking.py` (which ticket it belongs to).
"""
