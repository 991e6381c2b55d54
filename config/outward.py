"""Outward: how we fetch from hosts that others named: in production by https, from public addresses, and not much at a time.

The address is looked up, judged and connected to in one go, so that a name cannot lead elsewhere between the look and the visit.
Redirects are not followed, proxies of the environment not used. A whole exchange (look-up, connection, TLS, headers, body) has
5 seconds, however slowly it trickles, and an answer 256 kB: the exchange runs in a thread of its own, so that who asked goes on
when time is up, whatever it waits for; its connection is cut then, and the thread ends.
"""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar, Final

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.util import connection as connecting

from accounts.single_sign_on import addresses

SECONDS: Final = 5.0
MOST_BYTES: Final = 256 * 1024
AT_ONCE: Final = 8 * 1024  # bytes read before the limit is looked at, as one compressed byte may become a thousand

_here = threading.local()


class TooMuch(requests.RequestException):
    """An answer longer than we read."""


class TooLate(requests.Timeout):
    """No whole answer in time."""


class Exchange:
    """One question and its answer, in a thread of its own, which is given up after a while whatever it waits for."""

    def __init__(self, work: Callable[[], requests.Response]) -> None:
        self._work, self._lock, self._is_cut = work, threading.Lock(), False
        self._opened: list[socket.socket] = []
        self._answer: requests.Response | None = None
        self._fault: Exception | None = None

    def answer(self) -> requests.Response:
        """Return the answer, or raise what went wrong.

        Raises:
            TooLate: there is no whole answer in time.
        """
        thread = threading.Thread(target=self._run, name="outward", daemon=True)
        thread.start()
        thread.join(SECONDS)
        is_late, answer, fault = thread.is_alive(), self._answer, self._fault
        self._cut()  # from here on the thread may fail because of the cut, which is nobody's answer
        if fault is not None:
            raise fault
        if is_late or answer is None:
            raise TooLate(f"no answer within {SECONDS:.0f} seconds")
        return answer

    def opened(self, made: socket.socket) -> socket.socket:
        """Return a connection just made, to be cut when time is up; none when it is up already."""
        with self._lock:
            if not self._is_cut:
                self._opened.append(made.dup())  # TLS takes the socket itself away
                return made
        made.close()
        raise TimeoutError("too late")

    def _run(self) -> None:
        _here.exchange = self
        try:
            self._answer = self._work()
        except Exception as fault:  # raised again where somebody waits for it
            self._fault = fault

    def _cut(self) -> None:
        with self._lock:
            self._is_cut = True
        for made in self._opened:
            with suppress(OSError):
                made.shutdown(socket.SHUT_RDWR)
            made.close()


def _noted(made: socket.socket) -> socket.socket:
    exchange: Exchange = _here.exchange
    return exchange.opened(made)


class PlainConnection(HTTPConnection):
    """A connection that can be cut."""

    def _new_conn(self) -> socket.socket:
        return _noted(super()._new_conn())


class SafeConnection(HTTPSConnection):
    """The same by https."""

    def _new_conn(self) -> socket.socket:
        return _noted(super()._new_conn())


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
            where = (hosts[0], self.port)
            return _noted(connecting.create_connection(where, self.timeout, socket_options=self.socket_options))
        except OSError as fault:
            raise NewConnectionError(self, f"{self.host} did not answer") from fault


class PlainPool(HTTPConnectionPool):
    ConnectionCls = PlainConnection


class SafePool(HTTPSConnectionPool):
    ConnectionCls = SafeConnection


class PublicPool(HTTPSConnectionPool):
    ConnectionCls = PublicConnection


class Limited(HTTPAdapter):
    """Reads an answer up to a limit and until time is up, and closes the connection."""

    pools: ClassVar[dict[str, type[HTTPConnectionPool]]] = {"http": PlainPool, "https": SafePool}

    def init_poolmanager(self, *args: Any, **ways: Any) -> None:
        super().init_poolmanager(*args, **ways)
        self.poolmanager.pool_classes_by_scheme = dict(self.pools)

    def send(self, request: requests.PreparedRequest, **ways: Any) -> requests.Response:
        return Exchange(lambda: self._exchanged(request, ways)).answer()

    def _exchanged(self, request: requests.PreparedRequest, ways: dict[str, Any]) -> requests.Response:
        response = super().send(request, **{**ways, "stream": True})
        try:
            body = _read(response)
        except TooMuch:
            raise
        except (HTTPError, OSError) as fault:
            raise requests.ConnectionError(f"the answer broke off: {type(fault).__name__}", request=request) from fault
        finally:
            response.close()
        response._content, response._content_consumed = body, True
        return response


class PublicOnly(Limited):
    """Reaches public hosts by https."""

    pools: ClassVar[dict[str, type[HTTPConnectionPool]]] = {"https": PublicPool}


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


def _read(response: requests.Response) -> bytes:
    """Return the body, of which no more is read than the limit."""
    body = bytearray()
    while part := response.raw.read(AT_ONCE, decode_content=True):
        body += part
        if len(body) > MOST_BYTES:
            raise TooMuch(f"more than {MOST_BYTES} bytes", response=response)
    return bytes(body)
