"""Outward: how we fetch from hosts that others named: in production by https, from public addresses, and not much at a time.

The address is looked up, judged and connected to in one go, so that a name cannot lead elsewhere between the look and the visit.
Redirects are not followed, proxies of the environment not used, an answer has 5 seconds and 256 kB.
"""

import socket
from typing import Any, Final

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError
from urllib3.util import connection as connecting

from accounts.single_sign_on import addresses

SECONDS: Final = 5
MOST_BYTES: Final = 256 * 1024


class TooMuch(requests.RequestException):
    """An answer longer than we read."""


class PublicConnection(HTTPSConnection):
    """A connection to a public address or to none."""

    def _new_conn(self) -> socket.socket:
        try:
            found = socket.getaddrinfo(self._dns_host, self.port, type=socket.SOCK_STREAM)
        except OSError as fault:
            raise NewConnectionError(self, f"{self.host} was not found") from fault
        hosts = [str(place[4][0]) for place in found]
        if not addresses.are_public(hosts):
            raise NewConnectionError(self, f"{self.host} is not at a public address")
        try:
            return connecting.create_connection((hosts[0], self.port), self.timeout, socket_options=self.socket_options)
        except OSError as fault:
            raise NewConnectionError(self, f"{self.host} did not answer") from fault


class PublicPool(HTTPSConnectionPool):
    ConnectionCls = PublicConnection


class Limited(HTTPAdapter):
    """Reads an answer up to a limit, and closes the connection."""

    def send(self, request: requests.PreparedRequest, **ways: Any) -> requests.Response:
        response = super().send(request, **{**ways, "stream": True})
        body = response.raw.read(MOST_BYTES + 1, decode_content=True)
        response.close()
        if len(body) > MOST_BYTES:
            raise TooMuch(f"more than {MOST_BYTES} bytes", request=request)
        response._content, response._content_consumed = body, True
        return response


class PublicOnly(Limited):
    """Reaches public hosts by https."""

    def init_poolmanager(self, *args: Any, **ways: Any) -> None:
        super().init_poolmanager(*args, **ways)
        self.poolmanager.pool_classes_by_scheme = {"https": PublicPool}


class Careful(requests.Session):
    """Waits no longer and follows nothing, whoever asks."""

    def request(self, method: str, url: str, **ways: Any) -> requests.Response:
        return super().request(method, url, **{**ways, "timeout": SECONDS, "allow_redirects": False})


def session() -> requests.Session:
    """Return a session with these limits; without `SIGN_IN_PROVIDERS_ANYWHERE` it has no way to any other address."""
    made = Careful()
    made.trust_env = False
    made.adapters.clear()
    made.mount("https://", Limited() if settings.SIGN_IN_PROVIDERS_ANYWHERE else PublicOnly())
    if settings.SIGN_IN_PROVIDERS_ANYWHERE:
        made.mount("http://", Limited())
    return made
