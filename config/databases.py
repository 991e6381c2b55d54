"""How an address of the environment becomes what Django and Celery want to know.

Time limits travel as connection options, which PgBouncer in transaction mode refuses: there they are set on the
database role instead (docs/how-to/operate.md).
"""

from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote

WEB_LIMITS = "-c lock_timeout=2s -c statement_timeout=30s"
KNOWN_OPTIONS = frozenset({"host", "sslmode", "sslrootcert", "sslcert", "sslkey", "target_session_attrs", "connect_timeout"})


def connection(address: SplitResult, *, process: str, pooled: bool) -> dict[str, Any]:
    """Return Django's description of the database at `address`, with the limits that suit the kind of process.

    Raises:
        ValueError: the address names no database, or an option nobody knows.
    """
    options = dict(parse_qsl(address.query))
    if unknown := sorted(set(options) - KNOWN_OPTIONS):
        raise ValueError(f"knows no option {', '.join(unknown)}")
    if not address.path.strip("/"):
        raise ValueError("names no database")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(address.path.strip("/")),
        "USER": unquote(address.username or ""),
        "PASSWORD": unquote(address.password or ""),
        "HOST": options.pop("host", None) or address.hostname or "",
        "PORT": str(address.port or ""),
        "CONN_MAX_AGE": 0 if pooled else 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": pooled,
        "OPTIONS": {"connect_timeout": "5"} | options | _limits(process, pooled=pooled),
    }


def _limits(process: str, *, pooled: bool) -> dict[str, str]:
    return {"options": WEB_LIMITS} if process == "web" and not pooled else {}
