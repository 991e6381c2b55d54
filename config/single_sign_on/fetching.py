"""Fetching what a provider says about itself, and not more often than needed: everybody may make us ask.

What was fetched is kept for some minutes. At most two requests ask one provider at the same time; the others wait a moment for
what these bring, and else say so. Keys are asked for again when a proof names one we do not have, once a minute at most.
"""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import requests
from django.core.cache import cache
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.single_sign_on import addresses
from config import outward

SECONDS_KEPT: Final = 5 * 60
SECONDS_UNTIL_AGAIN: Final = 60
MOST_AT_ONCE: Final = 2
LONGEST_TURN: Final = 30
LOOKS, SECONDS_BETWEEN = 15, 0.1


class ProviderSilent(Refusal):
    """The provider cannot be reached, or says something no client could use."""

    code = "provider_silent"


def kept(address: str, *, ref: str) -> dict[str, Any]:
    """Return the JSON object at an address of the provider `ref`, as it was a few minutes ago at most.

    Raises:
        ProviderSilent: there is none, or too many ask for it just now.
        AddressNotAllowed: we may not talk to that address.
    """
    found = cache.get(_place(ref, address))
    if found is not None:
        return found
    with _turn(ref) as mine:
        if not mine:
            return _brought_by_others(ref, address)
        found = fetched(address)
        cache.set(_place(ref, address), found, SECONDS_KEPT)
    return found


def keys(address: str, *, ref: str, named: str | None) -> dict[str, Any]:
    """Return the provider's published keys, asked for again if the key `named` is not among them."""
    found = kept(address, ref=ref)
    listed = found.get("keys")
    known = [one.get("kid") for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    if (named is None or named not in known) and cache.add(f"single-sign-on-keys-again-{ref}", 1, SECONDS_UNTIL_AGAIN):
        cache.delete(_place(ref, address))
        return kept(address, ref=ref)
    return found


def fetched(address: str) -> dict[str, Any]:
    """Return the JSON object at an address, now.

    Raises:
        ProviderSilent: there is none.
    """
    try:
        with outward.session() as session:
            answer = session.get(addresses.checked(address))
        answer.raise_for_status()
        found = answer.json()
    except (requests.RequestException, ValueError):
        found = None
    if not isinstance(found, dict):
        raise ProviderSilent(_("Your organisation's provider cannot be reached just now. Nothing was changed; try again."))
    return found


@contextmanager
def _turn(ref: str) -> Iterator[bool]:
    """Take one of the few turns to ask a provider; say whether there was one."""
    turns = [f"single-sign-on-turn-{ref}-{number}" for number in range(MOST_AT_ONCE)]
    mine = next((turn for turn in turns if cache.add(turn, 1, LONGEST_TURN)), "")
    try:
        yield bool(mine)
    finally:
        if mine:
            cache.delete(mine)


def _brought_by_others(ref: str, address: str) -> dict[str, Any]:
    for _look in range(LOOKS):
        time.sleep(SECONDS_BETWEEN)
        if (found := cache.get(_place(ref, address))) is not None:
            return found
    raise ProviderSilent(_("Your organisation's provider is slow to answer just now. Nothing was changed; try again."))


def _place(ref: str, address: str) -> str:
    return f"single-sign-on-kept-{ref}-{hashlib.sha256(address.encode()).hexdigest()}"
