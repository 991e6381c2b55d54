"""Wiring: settings, addresses, servers and workers. No rule of the trade lives here.

Start at `env.py` for what the surroundings may say, `settings/` for what follows from it, `urls.py` and `routes.py` for who may
open what, `launcher/` for `./run` and `./test`.

Always holds: importing this package needs nothing but the standard library, because `./run` does so before anything is installed.
"""
