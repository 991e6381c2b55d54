"""SEPA direct debit: collecting from a customer's account with a mandate, in files for the bank, days later.

Words: a *mandate* is the customer's signed permission to a seller; a *debit* is one amount to collect under it, ordered by a
payment; a *file* (pain.008) takes the debits of one seller to the bank for one collection day, announced to the payers before;
a *return* is money the payer's bank takes back. FRST is the first debit of a mandate, RCUR every later one.
What always holds: a debit goes into one file, once; a payment by debit is unknown until the statement tells; a return before
that makes it declined, a return after it a charge-back.

Start at `mandates.sign`, `debits.make_file`; what statements tell of debits is found in `debits.settle_told`.
"""
