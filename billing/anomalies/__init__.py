"""Anomalies: billing errors found before or when a customer complains, each with its evidence.

Words: a *detector* looks for one kind of error; a *suspect* is what it sees; a *finding* is a suspect written down, with
evidence and plain words; its *twin* is the line that already charged the same; a *claim* is what a customer says of a line.
What always holds: a scan is one or two statements per detector, for one customer, a subtree or the whole book; finding the same
again changes nothing; a finding gives nothing back, it only says what could be.

Start at `finding.find_for`; `claims.assess` answers for a single line. To add a detector: docs/how-to/add-a-detector.md.
"""
