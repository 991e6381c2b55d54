"""Service levels: by when we owe an answer, and what happens when it is late.

Words: a *calendar* says when we work (windows of local wall time a weekday, holidays, a zone); a *target* is how many of
its minutes a *clock* may run (first response, next response, resolution, update); a *pause* stops a clock; an instant is
*due* when the minutes are used up. What always holds: a clock is computed from what happened, never stored as truth; a
stored `due_at` is an index. Start at `clock.py` (pure arithmetic); `cases.py` reads its cases from JSON.
"""
