"""Preferences: what a person chose for themselves. Pages and notices follow it."""

from accounts.people.models import User


def speak(*, person: User, language: str) -> None:
    """Keep `language`, the code of one that is offered, as the one this person wants to read from now on."""
    if person.language != language:
        person.language = language
        person.save(update_fields=["language"])
