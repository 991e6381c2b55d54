"""Mentions: colleagues named in an internal note, whichever team they are in, by @ and the beginning of their address.

`@kam` and `@kam@accord.example` are the same colleague. Who is named is told by mail that there is a note, never what it says;
who works for us no more, and who is none of ours, is nobody.
"""

import re
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Final

from django.db.models import Q

from accounts.people.models import User

HANDLE: Final = re.compile(r"(?<![\w.@+-])@([\w.+-]{1,64}(?:@[\w-][\w.-]{0,190})?)")
MOST: Final = 20


def handles_in(text: str) -> tuple[str, ...]:
    """Return what stands behind an @ in a text, in small letters, each once, twenty at most."""
    found = (match.group(1).rstrip(".-").lower() for match in HANDLE.finditer(text))
    return tuple(dict.fromkeys(handle for handle in found if handle))[:MOST]


def named_in(texts: Iterable[str]) -> list[list[User]]:
    """Return for each text which of our people it names, in one statement however many there are."""
    wanted = [handles_in(text) for text in texts]
    every = {handle for handles in wanted for handle in handles}
    if not every:
        return [[] for _handles in wanted]
    ours = User.objects.filter(is_active=True, is_program=False, staff_profile__isnull=False)
    found = list(ours.filter(reduce(or_, map(_is, sorted(every)))).order_by("pk"))
    return [[person for person in found if _handles_of(person) & set(handles)] for handles in wanted]


def _is(handle: str) -> Q:
    return Q(email__iexact=handle) if "@" in handle else Q(email__istartswith=f"{handle}@")


def _handles_of(person: User) -> set[str]:
    address = person.email.lower()
    return {address, address.partition("@")[0]}
