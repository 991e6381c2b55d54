"""Documents on paper: an invoice or credit note as a PDF that a finance department can file, in the reader's language.

Words: the *sheet* is what stands on the paper, as text; the *press* is the program that prints it, in a process of its own.
What always holds: a sheet is made from what was stored at issue and nothing else; the same document and language give the
same bytes; names and texts of customers are shown as text, and the press fetches nothing from anywhere.

Start at `rendering.pdf_of`; what a run issued is printed by `presses.print_all`. Texts are in `wording.py`, how numbers are
written in `figures.py`, the page in templates/documents/.
"""
