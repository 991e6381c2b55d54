"""Wiring: settings, addresses, servers and workers. No rule of the trade lives here.

Start at `env.py` for what the surroundings may say, `settings/` for what follows from it, `urls.py` and `routes.py` for who may
open what, `launcher/` for `./run` and `./test`. Loading the Celery application here lets every process hand work to it.
"""

from config.celery import app as celery_app

__all__ = ["celery_app"]
