"""Knowledge: the answers customers find before they need to ask, and whether the answer was enough.

Words: an *article* answers one question and may carry an *action* that solves it; a *question* is what somebody asked once,
attached to the article that answers it; the *phrase book* holds questions for the usual matters from the first day; an
*answer* is an article found for a question, with the words that match; a *deflection* records whether it solved the matter.
What always holds: loading the same articles again changes nothing; nobody is answered with an article they may not see; what
one customer says never changes what another is answered until an editor agrees. Start at `search.answer`.
To let people find an article by other words, attach a question to it (`questions.attach`) or add a word to `synonyms.py`; the
demo's own articles are in `starter_articles.jsonl`, one a line. How well it answers, `manage.py bench answers` measures.
"""
