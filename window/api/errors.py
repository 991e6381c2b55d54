"""How the API says no: one shape for every refusal, `{"code", "detail", "fields"}`; codes are stable, details are for people.

400 malformed · 401 not signed in · 403 not allowed · 404 no such thing, or not yours · 405 not done here ·
409 another was said before · 422 a rule says no · 429 too fast. `fields` names what is wrong with each input, and is left out
where no input is at fault; where a policy said no, `policy` names its version.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.exceptions import PermissionDenied as MayNot
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from accounts.decisions import Refusal

MALFORMED = "malformed"


def answer(problem: Exception, context: dict[str, Any]) -> Response | None:
    """Return the answer to what a view raised; nothing for what is a fault of ours."""
    if isinstance(problem, Refusal):
        set_rollback()
        status = getattr(context.get("view"), "refused_as", 422)
        policy = {"policy": problem.source} if problem.source else {}
        return Response({"code": problem.code, "detail": problem.reason} | policy, status=status)
    response = exception_handler(problem, context)
    if response is None:
        return None
    response.data = _told(problem, response.data)
    return response


def _told(problem: Exception, data: Any) -> dict[str, Any]:
    if isinstance(problem, ValidationError):
        return {"code": MALFORMED, "detail": "The request cannot be read as it was sent.", "fields": _fields(data)}
    detail = data.get("detail") if isinstance(data, dict) else problem
    return {"code": _code_of(problem), "detail": str(detail)}


def _code_of(problem: Exception) -> str:
    if isinstance(problem, APIException) and isinstance(codes := problem.get_codes(), str):
        return codes
    return {Http404: NotFound.default_code, PermissionDenied: MayNot.default_code}.get(type(problem), MALFORMED)


def _fields(data: Any, at: str = "") -> dict[str, list[str]]:
    """Flatten what is wrong to dotted names: {"lines.0.amount": ["…"]}."""
    if not _holds_more(data):
        return {at or "request": [str(entry) for entry in (data if isinstance(data, list) else [data])]}
    inside = data.items() if isinstance(data, dict) else enumerate(data)
    found = [_fields(inner, f"{at}.{name}".lstrip(".")) for name, inner in inside]
    return {name: words for one in found for name, words in one.items()}


def _holds_more(data: Any) -> bool:
    return isinstance(data, dict) or isinstance(data, list) and any(isinstance(entry, dict | list) for entry in data)
