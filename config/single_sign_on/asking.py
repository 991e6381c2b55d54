"""Asking: which questions this browser's session asked of SAML providers, and answers between two requests.

A provider's answer comes as a POST from another site, and with such a post a browser does not send its session. So what the
answer asserts waits a moment under a name nobody guesses, the browser is sent on to ourselves, and there its session says whether
it asked. An answer nobody asked for, or that another browser asked for, signs nobody in; neither does one taken before.
"""

import secrets
from typing import Final

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.single_sign_on.answers import objection
from accounts.single_sign_on.assertions import Asserted

KEY: Final = "single_sign_on_questions"
MOST: Final = 5
SECONDS: Final = 120


def note(request: HttpRequest, *, ref: str, question: str, next_url: str, anew: bool = False) -> None:
    """Note in the session that this browser asked; the last few questions are kept, for those with several windows open."""
    asked = [*request.session.get(KEY, []), [question, ref, next_url, anew]]
    request.session[KEY] = asked[-MOST:]


def answered(request: HttpRequest, *, ref: str, question: str) -> tuple[str, bool]:
    """Take the question from the session, as it is answered; return where the person wanted to go, and whether to sign in anew.

    Raises:
        NotTaken: this browser did not ask it.
    """
    asked = request.session.get(KEY, [])
    found = next((one for one in asked if one[:2] == [question, ref]), None)
    if found is None:
        raise objection("not_asked", _("it answers a sign-in that this browser did not begin"))
    request.session[KEY] = [one for one in asked if one != found]
    return str(found[2]), bool(found[3:] and found[3])


def put_by(said: Asserted, *, ref: str) -> str:
    """Keep what was asserted for a moment; return the name under which it waits."""
    name = secrets.token_urlsafe(24)
    cache.set(_place(ref, name), said, SECONDS)
    return name


def taken_up(name: str, *, ref: str) -> Asserted:
    """Return what waits under a name, once.

    Raises:
        NotTaken: nothing waits there.
    """
    said = cache.get(_place(ref, name[:64]))
    if said is None or not cache.delete(_place(ref, name[:64])):
        raise objection("not_asked", _("it took too long, or was used already"))
    return said


def _place(ref: str, name: str) -> str:
    return f"single-sign-on-answer-{ref}-{name}"
