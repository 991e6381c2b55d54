"""Which servers does this machine run itself, and until when?

A server is embedded unless the environment names a real one: `DATABASE_URL`, `CELERY_BROKER_URL`, `CACHE_URL`. Whoever needs
the servers holds them; the last holder to leave stops them. Holders that are killed let go by themselves.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from config.launcher import postgres, reach, state, valkey


def database_is_embedded() -> bool:
    return not os.environ.get("DATABASE_URL")


def broker_is_embedded() -> bool:
    return not (os.environ.get("CELERY_BROKER_URL") and os.environ.get("CACHE_URL"))


@contextmanager
def held(*, durable: bool = True) -> Iterator[None]:
    """Have the embedded servers running inside the block; afterwards they stop, unless somebody else still holds them.

    Raises:
        Fault: a server could not be started, or a real one does not answer.
    """
    reach.refuse_unreachable()
    with state.locked("holders.lock", shared=True) as handle:
        try:
            _start(durable=durable)
            yield
        finally:
            if state.is_last_holder(handle):
                _stop()


def _start(*, durable: bool) -> None:
    with state.locked("start.lock"):
        if database_is_embedded():
            postgres.start(durable=durable)
        if broker_is_embedded():
            valkey.start()


def _stop() -> None:
    if broker_is_embedded():
        valkey.stop()
    if database_is_embedded():
        postgres.stop()
