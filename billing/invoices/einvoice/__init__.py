"""E-invoices: issued documents in the European standard EN 16931, and whether any such file keeps its rules.

Words: a *syntax* is UBL 2.1 or CII (UN/CEFACT), both of which carry the same *semantic model* of numbered terms (BT-1 …);
*Factur-X* is a PDF/A-3 with CII inside. Start at `semantic.py` (a document in terms), `writing.py` (terms as XML) and
`validation.py` (the standard's own schemas and rules). What an issued document says never changes, so neither does its XML.
"""
