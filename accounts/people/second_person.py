"""Second person: what one person asked for, another decides, and a key is the hand of whoever made it.

Behind a program stands who made its key, however many keys lie between: what the key asks for, its maker asked for. Every rule
that takes two persons asks `decide` here, so no program ever stands in for a colleague, and nobody is their own.
"""

from typing import Final

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.decisions import ALLOWED, Decision, refused
from accounts.people.models import ApiKey, User

OWN: Final = "own_request"


def behind(login: User) -> int:
    """Return the key of who answers for what a login does: a person themselves, for a program the person who made its key.

    A program whose key nobody made (the system did) answers for itself. Persons cost no statement.
    """
    answers, is_program = login.pk, login.is_program
    while is_program:
        made = ApiKey.objects.filter(user_id=answers).values_list("made_by_id", "made_by__is_program").first()
        if made is None or made[0] is None:
            break
        answers, is_program = made
    return int(answers)


def programs_of(person: User) -> QuerySet[User]:
    """Return the programs whose keys `person` made: what they ask for is not listed among what waits for that person."""
    return User.objects.filter(is_program=True, api_key__made_by=person)


def logins_of(login: User) -> QuerySet[User]:
    """Return all by which whoever is behind `login` acts: their own login and the programs whose keys they made."""
    person = behind(login)
    return User.objects.filter(Q(pk=person) | Q(is_program=True, api_key__made_by=person))


def decide(actor: User, *asked: User | None, reason: str, code: str = OWN) -> Decision:
    """Say whether `actor` is a second person beside all who `asked` (None: the system); one of them is told `reason`."""
    if actor.is_program:
        return refused("person_needed", _("A person decides, not a program."))
    if behind(actor) in {behind(one) for one in asked if one}:
        return refused(code, reason)
    return ALLOWED
