"""The demo world: a small, current, believable business on which every screen has something worth seeing.

`companies.py`, `catalogue.py`, `people.py` and `questions.py` say what is in it, as data; `building.py` and `history.py`
play it through the same use cases as production, day by day, so that nothing in it could not have happened. Days are
counted back from today, amounts and names are fixed: the same day gives the same world. Building it twice builds it once.
"""
