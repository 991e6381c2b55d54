"""Who may come in and where they land: nobody signs up; our own people land in the back office, customers' in the portal."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from accounts.people import access
from accounts.people.models import User

BACKOFFICE, PORTAL, ADMIN = "/backoffice/", "/portal/", "/admin/"


def home_of(user: User) -> str:
    """Return the address of the window this person works in."""
    if access.level_of(user):
        return BACKOFFICE
    return ADMIN if user.is_staff else PORTAL


class AccountAdapter(DefaultAccountAdapter):
    """What allauth asks us about our people."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return home_of(request.user)
