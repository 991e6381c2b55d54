"""Money: what was agreed, what is owed, what was paid.

Words: a *plan* has *versions* with *charges*; a *contract* holds *subscriptions*, each an append-only list of dated
*events*; *rating* says what each day should cost; a *document* is an invoice or a credit note and its *lines* cover days;
*coverage* is which line covers which days net of credits; the *ledger* is the double entry behind it all; a *settlement*
reduces what is open on an invoice; an *amendment* is a quoted change of a running contract.

What always holds: an invoice run is what is wanted minus what is issued, and preview, quote, run and simulation all call
the same planning; an issued document never changes and is corrected only by credit notes; postings sum to zero; a day of a
subscription's charge is net-billed at most once; money of one payer is moved by one transaction at a time (locking.py).

Start at invoices/run.py (bill a payer), amendments/quoting.py (price a change), ledger/posting.py (the only door to the
books). Days are local to the payer's contract, moments are handed in. Lock order: payer, contract, document, number.

To add a charge model: a file in catalog/charges and its name there. A detector: a file in anomalies. A gateway: a file in
payments/gateways. Kinds of contract event live in rating/ (what they mean) and contracts/models.py (their names).
"""
