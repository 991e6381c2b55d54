"""Doubts: when somebody else comes to speak for an organisation's people, that they may is proven anew.

Whoever publishes the record of a mail domain trusts the provider as it was then: its issuer, its client, its entrance, the
certificates it signs with. An administrator alone puts nobody else in its place: the provider goes off, its domains lead nowhere,
and each gets another code, so that an old record proves nothing. Our managers answer for what they change themselves.
"""

import secrets
from collections.abc import Collection
from typing import Final

from accounts.people import access
from accounts.people.models import User
from accounts.single_sign_on.models import SignInProvider

MARK: Final = "accord-domain="
SPEAKS: Final = frozenset({"issuer", "client_id", "entrance"})


def new_code() -> str:
    """Return what a record is to say, known to nobody before."""
    return MARK + secrets.token_urlsafe(24)


def arise(actor: User | None, provider: SignInProvider, changed: Collection[str], *, signed_before: Collection[str]) -> bool:
    """Say whether by this change somebody else speaks than was proven; fewer certificates raise no doubt."""
    if actor is None or access.level_of(actor):
        return False
    return bool(SPEAKS & set(changed) or set(provider.certificates) - set(signed_before))


def settle(provider: SignInProvider) -> None:
    """Switch a provider, which the caller holds and keeps, off and have each of its domains proven anew."""
    provider.use = SignInProvider.Use.OFF
    for domain in provider.domains.select_for_update().order_by("pk"):
        domain.code, domain.verified_at, domain.vouched_by, domain.vouched_because = new_code(), None, None, ""
        domain.save(update_fields=["code", "verified_at", "vouched_by", "vouched_because"])
