"""Strategy: what we want for our customers, written down in a workbook whose answers lead to rules that are enforced.

Words: the *workbook* has twelve *parts* under three sections, each with *questions* (parts.py, in code). What is said on a part
or to a question is an *entry*: words, and *evidence*, the policies, segments and measures that make them true. Evidence is
*live* while it holds: a policy while a version of it is in force, a segment while it is active. Words alone count for nothing.
An *edition* is the workbook as a second person published it; nothing of it ever changes. A *lesson* is what we learned from
something that went wrong, with the version of a policy that changed because of it.

Start at writing.py (what is said), then editions.py and lessons.py.
"""
