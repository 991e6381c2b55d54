"""Proofs: what an organisation's provider says about a person, believed only when all of it holds. Pure.

A proof is an OpenID Connect ID token. It is believed when a key of the provider signed it, the provider names itself as it was
set up, it is meant for us alone, it answers the question this very browser asked, and it is of now (a minute either way for
clocks that differ). Nothing in it is read before the signature holds.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import jwt
from django.utils.translation import gettext as _

from accounts import signs
from accounts.decisions import Refusal

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
SECONDS_CLOCKS_DIFFER: Final = 60
OLDEST_SECONDS: Final = 10 * 60
LONGEST: Final = 50_000
FARTHEST: Final = 10**11
ANEW_SECONDS: Final = 5 * 60
LONGEST_SUBJECT: Final = 255

Claims = Mapping[str, Any]


@dataclass(frozen=True)
class Expected:
    """What a proof must say: which provider, for whom (our client ID there), in answer to which question (the nonce)."""

    issuer: str
    client_id: str
    nonce: str


@dataclass(frozen=True)
class Proven:
    """Whom a provider vouches for. `doubts_email` when it says itself that the address was not checked.

    `session` is the provider's name for the session there, if it has one; `proved_at` when the person last showed there who they
    are, in seconds, if it says so.
    """

    subject: str
    email: str = ""
    name: str = ""
    doubts_email: bool = False
    session: str = ""
    proved_at: float | None = None


class NotProven(Refusal):
    """A proof that does not hold; nobody is signed in."""

    code = "not_proven"


def person_in(proof: str, *, keys: Claims, expected: Expected, at: datetime) -> Proven:
    """Return the person a proof speaks of; `keys` is the provider's published key set.

    Raises:
        NotProven: the proof does not hold; its code says which part, its reason is fit to show.
    """
    claims = signed(proof, keys)
    for rule in RULES:
        if objection := rule(claims, expected, at):
            raise objection
    email, name = claims.get("email"), claims.get("name")
    return Proven(
        subject=claims["sub"],
        email=email.strip().lower() if isinstance(email, str) else "",
        name=" ".join(signs.plain(name.replace("\x00", "")).split())[:150] if isinstance(name, str) else "",
        doubts_email=claims.get("email_verified", True) not in (True, "true"),
        session=sid if isinstance(sid := claims.get("sid"), str) else "",
        proved_at=moment(claims, "auth_time"),
    )


def must_be_anew(proven: Proven, at: datetime) -> None:
    """Do nothing if the person showed the provider just now who they are.

    Raises:
        NotProven: the provider knew them from before, or does not say.
    """
    if proven.proved_at is None or proven.proved_at + ANEW_SECONDS <= at.timestamp():
        raise objection("not_anew", _("it did not have you sign in anew, which a sensitive act needs"))


def signed(proof: str, keys: Claims) -> Claims:
    """Return what the proof says once one of the provider's keys is seen to have signed it."""
    try:
        if not isinstance(proof, str) or len(proof) > LONGEST:
            raise ValueError("no proof")
        key = _key_for(jwt.get_unverified_header(proof), keys)
        claims = json.loads(jwt.PyJWS().decode(proof, key=key, algorithms=[key.algorithm_name]))
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise objection("wrong_signature", _("its proof is not signed with a key of that provider")) from None
    if not isinstance(claims, dict):
        raise objection("wrong_signature", _("its proof is not signed with a key of that provider"))
    return claims


def _key_for(header: Claims, keys: Claims) -> jwt.PyJWK:
    """Return the one key that may have signed: by its name where the proof gives one, with two halves, for its algorithm."""
    algorithm = header["alg"]
    if algorithm not in ALGORITHMS:
        raise ValueError("an algorithm we do not take")
    named = header.get("kid")
    fit = [one for one in keys["keys"] if named in (None, one.get("kid")) and one.get("use", "sig") == "sig"]
    if len(fit) != 1 or fit[0].get("kty") not in ("RSA", "EC", "OKP") or fit[0].get("alg", algorithm) != algorithm:
        raise ValueError("no such key")
    return jwt.PyJWK(dict(fit[0]), algorithm)


def from_this_provider(claims: Claims, expected: Expected, at: datetime) -> NotProven | None:
    """Object to what another provider made."""
    if claims.get("iss") == expected.issuer:
        return None
    return objection("wrong_issuer", _("its proof was made by another provider"))


def meant_for_us(claims: Claims, expected: Expected, at: datetime) -> NotProven | None:
    """Object to what was made for another program."""
    audience = claims.get("aud")
    meant = audience if isinstance(audience, list) else [audience]
    ours = expected.client_id in meant and claims.get("azp", expected.client_id) == expected.client_id
    if ours and (len(meant) == 1 or "azp" in claims):
        return None
    return objection("wrong_audience", _("its proof was made for another program"))


def _asked_by_this_browser(claims: Claims, expected: Expected, at: datetime) -> NotProven | None:
    if expected.nonce and claims.get("nonce") == expected.nonce:
        return None
    return objection("wrong_nonce", _("its proof answers a sign-in that this browser did not begin"))


def _of_now(claims: Claims, expected: Expected, at: datetime) -> NotProven | None:
    now = at.timestamp()
    made, ends, begins = (moment(claims, name) for name in ("iat", "exp", "nbf"))
    if made is None or ends is None:
        return objection("expired", _("its proof does not say how long it holds"))
    if ends + SECONDS_CLOCKS_DIFFER <= now or made + OLDEST_SECONDS <= now:
        return objection("expired", _("its proof has expired"))
    if max(made, begins or made) - SECONDS_CLOCKS_DIFFER > now:
        return objection("not_yet", _("its proof is dated in the future"))
    return None


def moment(claims: Claims, name: str) -> float | None:
    """Return a moment the proof names, in seconds; none when it is no number, or none a clock could show."""
    said = claims.get(name)
    return said if isinstance(said, int | float) and not isinstance(said, bool) and 0 < said < FARTHEST else None


def _names_somebody(claims: Claims, expected: Expected, at: datetime) -> NotProven | None:
    subject = claims.get("sub")
    if isinstance(subject, str) and 0 < len(subject) <= LONGEST_SUBJECT and "\x00" not in subject:
        return None
    return objection("no_subject", _("its proof names nobody"))


RULES: Final = (from_this_provider, meant_for_us, _asked_by_this_browser, _of_now, _names_somebody)


def objection(code: str, why: str) -> NotProven:
    """Return the refusal of a proof, fit to show."""
    words = _("Your organisation's sign-in was not accepted: {why}. Nothing was changed; try again.")
    return NotProven(words.format(why=why), code=code)
