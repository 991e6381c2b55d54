"""Addresses: which hosts of others we talk to. In production only https, and only public addresses.

`SIGN_IN_PROVIDERS_ANYWHERE` lets a trial on one machine use plain http and the loopback. That a name leads to a public address is
asked again by whoever connects (`config/outward.py`), as a name may lead elsewhere a moment later.
"""

import ipaddress
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.decisions import Refusal

LONGEST: Final = 200
LONGEST_FOR_BROWSERS: Final = 500
NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
NUMBER: Final = re.compile(r"\d+|0x[0-9a-f]*")
INNER_NAMES: Final = ("localhost", ".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa")


class AddressNotAllowed(Refusal):
    """An address that is not https, or leads to a machine that is not public."""

    code = "address_not_allowed"
    field = "issuer"


class EntranceNotAllowed(AddressNotAllowed):
    """An address to which no browser is sent."""

    field = "metadata"


def checked(address: str) -> str:
    """Return `address` if we may talk to it.

    Raises:
        AddressNotAllowed: it is no address, not https, carries a password, a query or a fragment, or is not public.
    """
    parts = _parts(address)
    if parts is None or not parts.hostname or len(address) > LONGEST or any(sign.isspace() for sign in address):
        raise AddressNotAllowed(_("Write the address as https://provider.example, without anything before or after."))
    if parts.username or parts.password or parts.query or parts.fragment:
        raise AddressNotAllowed(_("The address has no password, no question mark and no # in it."))
    if settings.SIGN_IN_PROVIDERS_ANYWHERE and parts.scheme in ("http", "https"):
        return address
    if parts.scheme != "https":
        raise AddressNotAllowed(_("The provider must be reached by https."))
    if _is_inner(parts.hostname):
        raise AddressNotAllowed(_("The provider must be reached at a public address."))
    return address


def for_browsers(address: str) -> str:
    """Return `address` if people's browsers may be sent there: by https, also inside their own network; we never fetch it.

    Raises:
        EntranceNotAllowed: it is no address, is not https, or carries a password or a fragment.
    """
    parts = _parts(address)
    schemes = ("http", "https") if settings.SIGN_IN_PROVIDERS_ANYWHERE else ("https",)
    if parts is None or parts.scheme not in schemes or not parts.hostname or len(address) > LONGEST_FOR_BROWSERS:
        raise EntranceNotAllowed(_("People are sent to sign in by https."))
    if parts.username or parts.password or parts.fragment or not address.isprintable() or " " in address:
        raise EntranceNotAllowed(_("The address to sign in has no password, no space and no # in it."))
    return address


def are_public(addresses: Iterable[str]) -> bool:
    """Say whether all of these numeric addresses are public ones; none at all are not."""
    known = [ipaddress.ip_address(one.partition("%")[0]) for one in addresses]
    return bool(known) and all(_is_public(one) for one in known)


def _parts(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        return parts if parts.port is None or parts.port > 0 else None
    except ValueError:
        return None


def _is_inner(host: str) -> bool:
    name = host.rstrip(".").lower()
    try:
        return not are_public([name])
    except ValueError:
        return "." not in name or name.endswith(INNER_NAMES) or NUMBER.fullmatch(name.rpartition(".")[2]) is not None


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        within = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if within:
            return _is_public(within)
        if address in NAT64:
            return _is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address.is_global and not address.is_multicast
