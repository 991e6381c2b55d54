"""Leavings: a provider tells us that somebody signed out there (OpenID Connect Back-Channel Logout 1.0). Pure.

It tells so with a token it signs as it signs its proofs. The token says what it is, so that no proof passes for one, and has no
nonce, so that it never passes for a proof; it is of now, has a name by which it is taken once, and says who left or which session
ended.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from accounts.single_sign_on import proofs
from accounts.single_sign_on.proofs import Claims, Expected, NotProven, objection

EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
LONGEST_NAME: Final = 255


@dataclass(frozen=True)
class Leaving:
    """Who left (a subject), or which session there ended, or both; the token's own name, and until when it holds at most."""

    subject: str
    session: str
    name: str
    until: datetime


def leaving_in(token: str, *, keys: Claims, issuer: str, client_id: str, at: datetime) -> Leaving:
    """Return the leaving a token speaks of.

    Raises:
        NotProven: the token does not hold; its code says which part.
    """
    claims, expected = proofs.signed(token, keys), Expected(issuer=issuer, client_id=client_id, nonce="")
    for rule in RULES:
        if refused := rule(claims, expected, at):
            raise refused
    made = datetime.fromtimestamp(proofs.moment(claims, "iat") or 0, UTC)
    until = made + timedelta(seconds=proofs.OLDEST_SECONDS + proofs.SECONDS_CLOCKS_DIFFER)
    return Leaving(subject=claims.get("sub", ""), session=claims.get("sid", ""), name=claims["jti"], until=until)


def _is_a_leaving(claims: Claims, expected: Expected, at: datetime) -> NotProven | None:
    events = claims.get("events")
    if isinstance(events, dict) and isinstance(events.get(EVENT), dict) and "nonce" not in claims:
        return None
    return objection("no_leaving", _("the token tells of no signing out"))


def _of_now(claims: Claims, expected: Expected, at: datetime) -> NotProven | None:
    now, made, ends = at.timestamp(), proofs.moment(claims, "iat"), proofs.moment(claims, "exp")
    if made is None or made + proofs.OLDEST_SECONDS <= now:
        return objection("expired", _("the token is too old, or not dated"))
    if made - proofs.SECONDS_CLOCKS_DIFFER > now:
        return objection("not_yet", _("the token is dated in the future"))
    if "exp" in claims and (ends is None or ends + proofs.SECONDS_CLOCKS_DIFFER <= now):
        return objection("expired", _("the token has expired"))
    return None


def _names_itself_and_somebody(claims: Claims, expected: Expected, at: datetime) -> NotProven | None:
    said = {name: claims.get(name) for name in ("jti", "sub", "sid")}
    given = {name: value for name, value in said.items() if value is not None}
    fit = all(isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and "\x00" not in value for value in given.values())
    if fit and "jti" in given and len(given) > 1:
        return None
    return objection("no_subject", _("the token names nobody, or not itself"))


RULES: Final = (proofs.from_this_provider, proofs.meant_for_us, _is_a_leaving, _of_now, _names_itself_and_somebody)
