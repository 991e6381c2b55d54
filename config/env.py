"""Which facts about its surroundings does Accord read, and what may they be?

One table, `VARIABLES`, names every variable of the environment with its kind, default and meaning; nothing else reads the
environment. Nonsense is refused before anything starts, one line a fault. A secret may also come from a file: `SECRET_KEY_FILE`
names one whose contents are the `SECRET_KEY`. Unknown names beginning with ACCORD_ are refused: they are slips of the pen.
"""

import difflib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

Kind = Callable[[str], Any]


class WrongEnvironment(SystemExit):
    """A value of the environment cannot be used. Ends the program with status 1 and its text on standard error."""


def text(value: str) -> str:
    """any text"""
    return value


def names(value: str) -> list[str]:
    """names separated by commas"""
    return [name.strip() for name in value.split(",") if name.strip()]


def flag(value: str) -> bool:
    """yes or no"""
    known = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
    if value.lower() not in known:
        raise ValueError("must be yes or no")
    return known[value.lower()]


def folder(value: str) -> Path:
    """the path of a folder"""
    path = Path(value).expanduser().absolute()
    if path.exists() and not path.is_dir():
        raise ValueError("must name a folder, and this is a file")
    return path


def whole_number(lowest: int, highest: int) -> Kind:
    def read(value: str) -> int:
        if not value.isascii() or not value.isdigit() or not lowest <= int(value) <= highest:
            raise ValueError(f"must be a whole number from {lowest} to {highest}")
        return int(value)

    read.__doc__ = f"a whole number from {lowest} to {highest}"
    return read


def one_of(*choices: str) -> Kind:
    def read(value: str) -> str:
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return value

    read.__doc__ = " or ".join(choices)
    return read


@dataclass(frozen=True)
class Address:
    """An address as it was given, and its parts."""

    text: str
    parts: SplitResult


def address(*schemes: str, example: str) -> Kind:
    """Return a kind that takes addresses of these schemes."""

    def read(value: str) -> Address:
        parts = _split(value)
        if parts is None or parts.scheme not in schemes or not (parts.hostname or parts.path.strip("/") or parts.query):
            raise ValueError(f"must be an address like {example}")
        return Address(value, parts)

    read.__doc__ = f"an address like `{example}`"
    return read


def _split(value: str) -> SplitResult | None:
    """Take an address apart; nothing when its port or brackets make no sense."""
    try:
        parts = urlsplit(value)
        return parts if parts.port is None or parts.port > 0 else None
    except ValueError:
        return None


@dataclass(frozen=True)
class Variable:
    """One fact of the environment. `secret` ones may come from a file and are never repeated in a fault."""

    name: str
    kind: Kind
    default: Any
    meaning: str
    secret: bool = False


DATABASE = address("postgres", "postgresql", example="postgres://user:password@host:5432/accord")
BROKER = address("amqp", "amqps", "redis", "rediss", "redis+socket", example="amqp://user:password@host:5672/accord")
CACHE = address("redis", "rediss", "unix", example="redis://host:6379/1")
MAIL = address("smtp", "smtps", example="smtp://user:password@host:587")
SITE = address("http", "https", example="https://accord.example")
MAILBOX = address("imaps", "imap", example="imaps://user:password@host:993/INBOX")
API = address("http", "https", example="https://api.stripe.com")

SETTINGS = one_of(*(f"config.settings.{name}" for name in ("development", "test", "production")))

VARIABLES = (
    Variable("DJANGO_SETTINGS_MODULE", SETTINGS, None, "Which settings hold. `./run` takes development, `./test` test."),
    Variable("SECRET_KEY", text, None, "Signs cookies and links. Development makes one and keeps it.", secret=True),
    Variable("SECRET_KEY_FALLBACKS", names, None, "Former ones, newest first; what they sealed still opens.", secret=True),
    Variable("ALLOWED_HOSTS", names, None, "Host names this site answers to. Required in production, which refuses `*`."),
    Variable("DEBUG", flag, False, "Shows faults in the browser. Refused in production."),
    Variable("SITE_URL", SITE, None, "Where people reach the site; links in mails begin with it."),
    Variable("TRUSTED_PROXIES", whole_number(0, 5), 0, "Proxies of ours before us; decides which address rate limits count."),
    Variable("STAFF_SECOND_FACTOR", flag, None, "Our own people must have a second factor. Default: in production."),
    Variable("REPLY_RESTS_SECONDS", whole_number(0, 120), 10, "Agents may take a reply back so long; 0: never."),
    Variable("DATABASE_URL", DATABASE, None, "PostgreSQL 15 or newer. Without it the embedded one runs.", secret=True),
    Variable("DATABASE_POOLED", flag, False, "The database is reached through PgBouncer in transaction mode."),
    Variable("CELERY_BROKER_URL", BROKER, None, "RabbitMQ, Redis or Valkey. Without it the embedded Valkey runs.", secret=True),
    Variable("CACHE_URL", CACHE, None, "Redis or Valkey for the cache. Without it the embedded Valkey runs.", secret=True),
    Variable("EMAIL_URL", MAIL, None, "Mail server (`smtps`: TLS at once). Without it mails become files.", secret=True),
    Variable("EMAIL_FROM", text, "Accord <accord@localhost>", "Sender of our mails."),
    Variable("IMAP_URL", MAILBOX, None, "Mailbox whose unread mail is taken in (`imap`: STARTTLS).", secret=True),
    Variable("MAIL_WEBHOOK", one_of("mailgun", "sendgrid"), None, "Provider that posts incoming mail to `/webhooks/mail/`."),
    Variable("MAIL_WEBHOOK_SECRET", text, None, "Mailgun's signing key, or `name:password` of SendGrid.", secret=True),
    Variable("STRIPE_SECRET_KEY", text, None, "Takes cards by Stripe; without it the sandbox does.", secret=True),
    Variable("STRIPE_PUBLISHABLE_KEY", text, None, "Opens Stripe's fields in the browser; needed with the key above."),
    Variable("STRIPE_WEBHOOK_SECRET", text, None, "Proves that news at `/webhooks/stripe/` is Stripe's.", secret=True),
    Variable("STRIPE_API", API, None, "Another address of Stripe's interface, such as a local server for trials."),
    Variable("LOG_LEVEL", one_of("debug", "info", "warning", "error"), "info", "The least grave log line that is written."),
    Variable("ACCORD_STATE", folder, None, "Where this machine keeps data, mails and logs. Default: `.accord/` in the checkout."),
    Variable("ACCORD_VENV", folder, None, "Use this Python environment as it is instead of building `.venv`."),
    Variable("ACCORD_PG_BIN", folder, None, "Run the embedded database with the PostgreSQL programs in this folder."),
    Variable("ACCORD_PROCESS", one_of("web", "worker", "command"), "command", "What this process does; entry points set it."),
)


def read(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Return every variable's value, defaults included.

    Raises:
        WrongEnvironment: one or more values cannot be used; its text has one line for each.
    """
    values: dict[str, Any] = {}
    faults = list(_unknown_names(environment))
    for variable in VARIABLES:
        try:
            values[variable.name] = _value(variable, environment)
        except ValueError as fault:
            faults.append(f"{variable.name}: {fault}")
    refuse(faults)
    return values


def refuse(faults: list[str]) -> None:
    """End the program with one line for each fault; without faults nothing happens."""
    if faults:
        raise WrongEnvironment("\n".join(f"accord: {fault}" for fault in faults))


def _value(variable: Variable, environment: Mapping[str, str]) -> Any:
    given = environment.get(variable.name, "") or (_from_file(variable, environment) if variable.secret else "")
    if not given:
        return variable.default
    try:
        return variable.kind(given)
    except ValueError as fault:
        raise ValueError(f"{fault}" if variable.secret else f"{fault}, not {given!r}") from None


def _from_file(variable: Variable, environment: Mapping[str, str]) -> str:
    path = environment.get(f"{variable.name}_FILE", "")
    try:
        return Path(path).read_text().strip() if path else ""
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"the file that {variable.name}_FILE names cannot be read") from None


def _unknown_names(environment: Mapping[str, str]) -> list[str]:
    known = [variable.name for variable in VARIABLES]
    unknown = sorted(name for name in environment if name.startswith("ACCORD_") and name not in known)
    return [f"{name}: there is no such variable{_meant(name, known)}" for name in unknown]


def _meant(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""
