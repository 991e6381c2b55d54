"""Addresses: which may be told anything, and the one door through which we call them.

A name is resolved when the connection is made and every address it leads to must lie outside: no private, loopback, link-local,
shared, reserved or multicast network, no metadata service, however it is written. The connection goes to the very address that
was checked, so a name that changes its mind in between gains nothing. No redirect is followed; after DEADLINE the
connection is cut, whatever trickles in.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.decisions import Refusal

LONGEST: Final = 500
PAUSE: Final = 5.0  # seconds a peer may be silent
DEADLINE: Final = 10.0  # seconds a whole try may take
MOST_READ: Final = 65_536  # bytes of an answer
LOWEST_PORT: Final = 1024  # below it only the ports of the web, so that no other service is spoken to
WEB_PORTS: Final = (80, 443)
# What is public by its number and still no place of a customer: a metadata service, and ways to write an IPv4 address as IPv6.
REFUSED: Final = tuple(
    ipaddress.ip_network(text)
    for text in ("168.63.129.16/32", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
)

UNICAST: Final = ipaddress.IPv6Network("2000::/3")  # the only part of IPv6 that is given out (IANA)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(Refusal):
    """This address is never told anything."""

    code = "address_refused"


@dataclass(frozen=True)
class Answer:
    """What came back: the status alone; nobody reads the rest."""

    status: int

    @property
    def took_it(self) -> bool:
        """Whether the receiver has the message now."""
        return 200 <= self.status < 300


class Unreachable(OSError):
    """There was no answer."""


def checked(url: str) -> str:
    """Return the address as it is kept.

    Raises:
        AddressRefused: it cannot be an address that we tell something.
    """
    url = url.strip()
    parts = _parts(url)
    if parts is None or len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        raise AddressRefused(
            _("Give a whole address such as https://erp.example/hooks, at most {longest} signs.").format(longest=LONGEST)
        )
    if parts.scheme != "https" and not (settings.WEBHOOKS_MAY_GO_INSIDE and parts.scheme == "http"):
        raise AddressRefused(_("The address begins with https://."))
    if parts.username or parts.password or parts.fragment:
        raise AddressRefused(_("Leave names, passwords and # out of the address; the signature shows that it is us."))
    if parts.port is not None and parts.port < LOWEST_PORT and parts.port not in WEB_PORTS:
        raise AddressRefused(_("Use the usual port, or one from 1024."))
    _refuse_if_plainly_inside(parts.hostname or "")
    return url


def post(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Send `body` to `url` and return the answer.

    Raises:
        AddressRefused: the address is not, or no longer, one that we call.
        Unreachable: no answer came.
    """
    parts = urlsplit(checked(url))
    connection = (_Safe if parts.scheme == "https" else _Plain)(parts)
    cut = threading.Timer(DEADLINE, connection.cut)
    cut.daemon = True
    cut.start()
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, headers)
        answer = connection.getresponse()
        answer.read(MOST_READ)
        return Answer(answer.status)
    except Unreachable:
        raise
    except (OSError, http.client.HTTPException, ValueError) as fault:
        raise Unreachable(_("{name}: {fault}").format(name=type(fault).__name__, fault=fault)) from fault
    finally:
        cut.cancel()
        connection.close()


def resolved(host: str, port: int) -> Address:
    """Return the address to connect to.

    Raises:
        AddressRefused: one of the addresses behind the name lies inside.
        Unreachable: nothing is known under this name.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as fault:
        raise Unreachable(_("The name {host} leads nowhere.").format(host=host)) from fault
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not settings.WEBHOOKS_MAY_GO_INSIDE and not all(lies_outside(address) for address in addresses):
        raise AddressRefused(_("{host} leads into a network that is not public.").format(host=host))
    return addresses[0]


def lies_outside(address: Address) -> bool:
    """Say whether an address is one of the public Internet."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return lies_outside(address.ipv4_mapped)
    if isinstance(address, ipaddress.IPv6Address) and address not in UNICAST:
        return False
    if any(address in network for network in REFUSED if network.version == address.version):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


class _Plain(http.client.HTTPConnection):
    """A connection to the very address that was checked, which can be cut at any moment."""

    def __init__(self, parts: SplitResult) -> None:
        # the port is always named: else the library looks for one behind the last colon of an IPv6 address
        super().__init__(parts.hostname or "", parts.port or self.default_port, timeout=PAUSE)
        self._is_cut = False

    def connect(self) -> None:
        address = resolved(self.host, self.port)
        self.sock = self._open_or_refuse(socket.create_connection((str(address), self.port), PAUSE))

    def cut(self) -> None:
        """End the connection, and one that is only about to be made."""
        self._is_cut = True
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)

    def _open_or_refuse(self, made: socket.socket) -> socket.socket:
        if self._is_cut:
            made.close()
            raise Unreachable(_("No connection within {deadline:.0f} seconds.").format(deadline=DEADLINE))
        return made


class _Safe(_Plain):
    """The same, with a certificate for the name that was asked for."""

    default_port = http.client.HTTPS_PORT

    def connect(self) -> None:
        super().connect()
        safe = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)
        self.sock = self._open_or_refuse(safe)


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        return parts if parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


def _refuse_if_plainly_inside(host: str) -> None:
    """Refuse at once what can be seen without asking anybody; everything else is seen when we connect."""
    if settings.WEBHOOKS_MAY_GO_INSIDE:
        return
    with suppress(ValueError):
        if not lies_outside(ipaddress.ip_address(host.strip("[]"))):
            raise AddressRefused(_("{host} is not an address of the public Internet.").format(host=host))
    if host.rstrip(".").lower().endswith(("localhost", ".local", ".internal")) or "." not in host and ":" not in host:
        raise AddressRefused(_("{host} is not a name of the public Internet.").format(host=host))
