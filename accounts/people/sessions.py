"""Sessions: a person is signed out everywhere, where what they are with us changes under their feet."""

from django.apps import apps

from accounts.people.models import User


def end_all(user: User) -> None:
    """End every session of `user` that is on their list of sessions; there may be none."""
    for opened in apps.get_model("usersessions", "UserSession").objects.filter(user=user):
        opened.end()
