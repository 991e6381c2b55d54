"""Benchmarks: how fast Accord is, each beside a floor measured in the same run, because absolute times drift between machines.

One file a benchmark, with `measure(*, size: int | None) -> list[Figure]`; `manage.py bench NAME` runs it. A floor is the least
that any program would need for the same work (the bare statement, the bare renderer); the ratio is what counts.
"""
