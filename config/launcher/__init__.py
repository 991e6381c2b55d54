"""Start Accord on one machine: its own PostgreSQL and Valkey, the web server, the worker and the beat.

`./run` and `./test` hand over to `python -m config.launcher`; production uses real servers and never comes here.

Words: the *state folder* holds everything this machine keeps (`.accord/`, or `ACCORD_STATE`); a *holder* is a process that
needs the servers; the last holder to leave stops them.

Always holds: every server listens on a Unix socket or on loopback only; PostgreSQL never runs as root; nothing is written
outside the state folder, except where a path would be too long or out of reach for the servers (`state.py`).

Start reading at `__main__.py`; the servers are `postgres.py` and `valkey.py`.
"""
