"""Knowledge: the answers customers find before they need to ask, and whether the answer was enough.

Words: an *article* answers one question and may carry an *action* that solves it; an *answer* is an article found for a
question, with the words that match; a *deflection* records whether it solved the matter. What always holds: loading the
same articles again changes nothing; nobody is answered with an article they may not see. Start at `search.answer`.
To let people find an article by other words, add them to `synonyms.py`; the demo's own articles are in
`starter_articles.jsonl`, one a line.
"""
