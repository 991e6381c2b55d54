"""Who may open which address? Our own views say it themselves (`routes.declares`); this table says it for views of others.

Default deny: an address that neither declares an audience nor stands here is answered as if it did not exist.
"""

from collections.abc import Callable
from typing import Final

from django.urls import ResolverMatch

from accounts.people import access
from accounts.people.routes import PUBLIC, SIGNED_IN, places_of

MANAGERS: Final = "managers"  # people who may open Django admin

Audience = access.Action | str

BY_NAME: Final[dict[str, Audience]] = {
    "healthz": PUBLIC,
    "set_language": PUBLIC,
    "admin_login": PUBLIC,
    # allauth: coming in and going out
    "account_login": PUBLIC,
    "account_inactive": PUBLIC,
    "account_request_login_code": PUBLIC,
    "account_confirm_login_code": PUBLIC,
    "account_reset_password": PUBLIC,
    "account_confirm_password_reset_code": PUBLIC,
    "account_complete_password_reset": PUBLIC,
    "account_password_reset_completed": PUBLIC,
    "mfa_authenticate": PUBLIC,
    "mfa_login_webauthn": PUBLIC,
    # allauth: a person's own credentials
    "account_logout": SIGNED_IN,
    "account_reauthenticate": SIGNED_IN,
    "account_change_password": SIGNED_IN,
    "admin_change_password": SIGNED_IN,
    "account_set_password": SIGNED_IN,
    "mfa_index": SIGNED_IN,
    "mfa_reauthenticate": SIGNED_IN,
    "mfa_view_recovery_codes": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "mfa_download_recovery_codes": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_deactivate_totp": SIGNED_IN,
    "mfa_list_webauthn": SIGNED_IN,
    "mfa_add_webauthn": SIGNED_IN,
    "mfa_remove_webauthn": SIGNED_IN,
    "mfa_edit_webauthn": SIGNED_IN,
    "mfa_reauthenticate_webauthn": SIGNED_IN,
    "usersessions_list": SIGNED_IN,
    # the administration's own, beside those of its namespace
    "admin_choices": MANAGERS,
    # the description of the API
    "api-schema": SIGNED_IN,
    "api-docs": SIGNED_IN,
}
BY_NAMESPACE: Final[dict[str, Audience]] = {"admin": MANAGERS}
# Answered as if they did not exist, though their packages bring them: companies sign up by a page of ours (sign_up.py), and
# addresses change by invitation.
CLOSED: Final = frozenset({"account_signup", "account_email", "account_email_verification_sent", "account_confirm_email"})


def audience_of(view: Callable[..., object], match: ResolverMatch) -> Audience | None:
    """Return whom this view serves; nothing when nobody said so."""
    declared = next((place.access for place in places_of(view) if hasattr(place, "access")), None)
    if declared is not None:
        return declared
    namespace = match.namespaces[0] if match.namespaces else ""
    return BY_NAMESPACE.get(namespace) if namespace else BY_NAME.get(match.url_name or "")


def serves(audience: Audience, rights: access.Rights, window: str) -> bool:
    """Say whether a signed-in person belongs to the audience of a view in this window ("portal", "backoffice" or another)."""
    if audience in (PUBLIC, SIGNED_IN):
        return True
    if audience == MANAGERS:
        return rights.viewer.is_staff
    if not isinstance(audience, access.Action) or not _works_in(window, rights):
        return False
    return rights.anywhere(audience)


def _works_in(window: str, rights: access.Rights) -> bool:
    """Keep our own people out of the customers' window and customers' people out of ours."""
    ours = bool(rights.level)
    return {"portal": not ours, "backoffice": ours, "staff_api": ours}.get(window, True)
