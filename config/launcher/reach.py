"""Can the real servers that the environment names be reached? Asked before anything starts, answered in one line each."""

import socket
from urllib.parse import SplitResult

import psycopg2

from config import env
from config.launcher.words import Fault

SECONDS = 5
PORTS = {"amqp": 5672, "amqps": 5671, "redis": 6379, "rediss": 6379}


def refuse_unreachable() -> None:
    """Raises:
    Fault: a server that the environment names does not answer.
    """
    values = env.read()
    if values["DATABASE_URL"]:
        _ask_database(values["DATABASE_URL"].text)
    for name in ("CELERY_BROKER_URL", "CACHE_URL"):
        if values[name] and values[name].parts.scheme in PORTS:
            _ask_port(name, values[name].parts)


def _ask_database(address: str) -> None:
    try:
        psycopg2.connect(address, connect_timeout=SECONDS).close()
    except psycopg2.Error as error:
        raise Fault(f"DATABASE_URL: the database cannot be reached: {' '.join(str(error).split())}") from error


def _ask_port(name: str, address: SplitResult) -> None:
    place = (address.hostname or "localhost", address.port or PORTS[address.scheme])
    try:
        socket.create_connection(place, timeout=SECONDS).close()
    except OSError as error:
        raise Fault(f"{name}: nobody answers at {place[0]}:{place[1]} ({error.strerror or error})") from error
