"""Who may come in: a program by its key or a person by their session, each no further than scope and rate allow."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from accounts.people import keys
from accounts.people.models import ApiKey, User


class KeyAuthentication(BaseAuthentication):
    """The program whose key the middleware has found; no cookie takes part, so no cross-site protection is needed."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        key = getattr(request._request, "api_key", None)
        return (key.user, key) if key else None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class KeyScheme(OpenApiAuthenticationExtension):
    """How the description of the API tells of keys."""

    target_class = "window.api.doors.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A key made by an administrator of the customer."}


class WithinScope(BasePermission):
    """Reading takes the scope "read"; whatever changes something takes the scope its view names."""

    code = "scope_missing"

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ApiKey) or not hasattr(view, request.method.lower()):
            return True  # a person; or nothing that could be done here at all
        needed = keys.READ if request.method in SAFE_METHODS else getattr(view, "scope", None)
        self.message = f"This key lacks the scope {needed}." if needed else "No program does this; a person does."
        return needed in request.auth.scopes


class PerPerson(SimpleRateThrottle):
    """So many requests a minute for each person or program, counted in the cache all processes share."""

    scope = "person"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        return self.cache_format % {"scope": self.scope, "ident": request.user.pk} if request.user.is_authenticated else None
