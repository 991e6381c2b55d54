"""The ledger: double entry, only ever added to.

`posting.py` is the only door to the books: it writes one balanced entry per business fact, once per key. `balances.py`
answers who owes what; `locking.py` lets one transaction at a time move the money of a payer; `proof.py` proves the books.
A debit is above zero, a credit below. Receivable postings name the document they belong to, so that the sum of a document's
receivable postings is what is still open on it. Customer credit postings carry the seller's code as detail.
"""
