"""Ending the sessions that came by a provider, when it tells us that somebody signed out there."""

from importlib import import_module
from typing import Any, Final

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest

from accounts.single_sign_on.leavings import Leaving
from accounts.single_sign_on.models import Identity, SignInProvider

KEY: Final = "single_sign_on_session"


def note(request: HttpRequest, named: str) -> None:
    """Note in a session that just began how the provider names the session there."""
    if named:
        request.session[KEY] = named


def end_sessions(provider: SignInProvider, leaving: Leaving) -> list[Identity]:
    """End the sessions that came by `provider` and are meant; return the people of whom one ended.

    Who is named loses all sessions by this provider; a session named alone, only that one. Sessions opened another way go on.
    """
    known = Identity.objects.filter(provider=provider).select_related("user")
    people = {one.user_id: one for one in (known.filter(subject=leaving.subject) if leaving.subject else known)}
    ended = {}
    for opened in UserSession.objects.filter(user__in=people).iterator():
        held = _session(opened.session_key)
        if _came_by(held, provider.ref) and (leaving.subject or held.get(KEY) == leaving.session):
            opened.end()
            ended[opened.user_id] = people[opened.user_id]
    return list(ended.values())


def _session(key: str) -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore(key)


def _came_by(held: Any, ref: str) -> bool:
    return any(record.get("provider") == ref for record in held.get(AUTHENTICATION_METHODS_SESSION_KEY, []))
