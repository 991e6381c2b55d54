"""Is Accord well? `GET /healthz` says it to load balancers and watchers: 200 when all of it is, 503 otherwise; no secrets."""

from collections.abc import Callable
from functools import lru_cache

import structlog
from celery import current_app
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from accounts.people.routes import PUBLIC, declares
from config.celery import HEARTBEAT

log = structlog.get_logger(__name__)


class NotMigrated(Exception):
    """The database is older than the code."""


def database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())


@lru_cache
def migrations() -> bool:
    """Say that all migrations of this code are applied. Asking is dear, so a process remembers a yes (never a fault).

    Raises:
        NotMigrated: some are not.
    """
    executor = MigrationExecutor(connection)
    if waiting := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotMigrated(f"{len(waiting)} migrations wait")
    return True


def broker() -> bool:
    with current_app.connection_for_write(connect_timeout=2) as line:
        line.ensure_connection(max_retries=1, interval_start=0, interval_step=0.1, timeout=2)
        return True


def worker() -> bool:
    return cache.get(HEARTBEAT) is not None


PARTS: tuple[Callable[[], bool], ...] = (database, broker, worker, migrations)


@declares(PUBLIC)
@require_GET
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer for each part "ok" or "down"."""
    found = {part.__name__: _asked(part) for part in PARTS}
    return JsonResponse(found, status=200 if set(found.values()) == {"ok"} else 503)


def _asked(part: Callable[[], bool]) -> str:
    try:
        return "ok" if part() else "down"
    except Exception as error:
        log.warning("part_is_down", part=part.__name__, reason=repr(error))
        return "down"
