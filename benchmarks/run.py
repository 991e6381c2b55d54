"""How fast a run issues invoices, under the older name of the benchmark `billing_run`."""

from benchmarks.billing_run import measure as measure
