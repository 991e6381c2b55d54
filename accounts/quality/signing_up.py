"""Signing up: a company tells of itself, proves the address it wrote, and is a prospect from then on, as one our people add.

Open while the house's policy says so (`prospects.sign_up`). What was said travels signed in the link of the mail, so nothing is
kept of who never proves the address, and nobody learns whether we know it. Whether we know the company already is for our own
people to see: on the timeline, and among the pairs that may be one customer.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.customers import details, facts, locks, tree
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import invitations
from accounts.people.models import User
from accounts.policies import resolving
from accounts.quality import admitting, scores
from accounts.segments import lifecycle
from accounts.timeline import recording
from accounts.timeline.models import Activity

OPEN: Final = "prospects.sign_up"
CAPS: Final = {"prospects.most_in_an_hour": timedelta(hours=1), "prospects.most_in_a_day": timedelta(days=1)}
SIGNED_UP: Final = ("accounts.signed_up", "accounts.signed_up_alike")
SIGNER: Final = Signer(salt="sign up")
LINK_HOLDS: Final = timedelta(hours=24)
KIND: Final = "legal_entity"
PERSON: Final = "person"  # who writes; the facts of the company stand beside it
LONGEST_NAME: Final = 150


class NotOpen(Refusal):
    """The house's policy lets nobody sign up by themselves."""

    code = "sign_up_is_closed"


class TooManyJustNow(Refusal):
    """As many companies as policy allows have signed up, all over the house."""

    code = "too_many_just_now"


class LinkUnreadable(Refusal):
    """Not a link of ours, or an old one."""

    code = "link_unreadable"


class InAlready(Refusal):
    """Whoever has this address signs in."""

    code = "in_already"


def is_open(on: date) -> bool:
    """Say whether companies may sign up by themselves on the day `on`. One statement."""
    return bool(resolving.resolve_at(resolving.HOUSE, on, [OPEN])[OPEN].value)


def ask(*, said: Mapping[str, str], at: datetime) -> str:
    """Return the words of a link that, opened from the address within a day, makes a prospect of what was said. Keeps nothing.

    Raises:
        NotOpen, TooManyJustNow: policy says no.
        details.FactsRefused: a fact breaks a rule of data.
    """
    _must_be_open(at)
    _must_not_be_too_many(at)
    person = facts.clean({"name": said.get(PERSON, "")})["name"][:LONGEST_NAME]
    facts_said = {name: value for name, value in said.items() if name != PERSON}
    kept = details.checked({"legal_name": said.get("name", "")} | facts_said)
    return SIGNER.sign_object({"said": kept | {PERSON: person}, "at": at.isoformat()}, compress=True)


def is_known(email: str) -> bool:
    """Say whether somebody signs in by this address: then they are told so, by mail and nowhere else."""
    return User.objects.filter(email=email.strip().lower()).exists()


def read(token: str, *, at: datetime) -> dict[str, str]:
    """Return what was said.

    Raises:
        LinkUnreadable: it is no link of ours, or older than a day.
    """
    try:
        told = SIGNER.unsign_object(token)
    except BadSignature as problem:
        raise LinkUnreadable(_("This link is not complete. Sign up again.")) from problem
    if at - datetime.fromisoformat(told["at"]) > LINK_HOLDS:
        raise LinkUnreadable(_("This link is older than a day. Sign up again."))
    said: dict[str, str] = told["said"]
    return said


def take_up(*, token: str, at: datetime) -> Customer:
    """Make a prospect of what the link says, with the person who opened it, and return it. Nothing is made twice.

    Raises:
        LinkUnreadable, NotOpen: the link holds no more, or policy has changed.
        TooManyJustNow: others were quicker; the link can be opened again later.
        InAlready: somebody signs in by this address already, by an earlier click for one.
        details.FactsRefused, tree.DoesNotFitTheTree: it cannot be kept like this by now.
    """
    _must_be_open(at)
    said = read(token, at=at)
    person, given = said[PERSON], {name: value for name, value in said.items() if name != PERSON}
    with transaction.atomic():
        locks.whole_forest()
        if is_known(given["email"]):
            raise InAlready(_("You are in already. Sign in with your address."))
        _must_not_be_too_many(at)
        alike = admitting.alike(KIND, given)
        kept = details.checked(given | {"stage": Customer.Stage.PROSPECT.value})
        made = tree.add(actor=None, parent=None, kind=KIND, name=kept.pop("name"), at=at, **kept)
        writer = invitations.admit_writer(email=made.email, name=person, customer=made, at=at)
        _record(made, alike, writer, at)
        scores.refresh(Customer.objects.filter(pk=made.pk), at=at)
        lifecycle.follow([made], at=at)
    return made


def _record(made: Customer, alike: list[admitting.Likeness], writer: User, at: datetime) -> None:
    told = {"person": writer.name or writer.email}
    kind, with_twins = SIGNED_UP
    if alike:
        kind, told["alike"] = with_twins, ", ".join(one.customer.number for one in alike)
    recording.record(made, kind, actor=writer, at=at, facts=told, internal=True)


def _must_be_open(at: datetime) -> None:
    if not is_open(at.date()):
        raise NotOpen(_("Accounts are opened by invitation."))


def _must_not_be_too_many(at: datetime) -> None:
    """Refuse when so many came within an hour or a day; asked under the lock of the forest, nobody slips in beside another."""
    said = resolving.resolve_at(resolving.HOUSE, at.date(), CAPS)
    for key, span in CAPS.items():
        lately = Activity.objects.filter(customer__created_at__gt=at - span, kind__in=SIGNED_UP, at__gt=at - span)
        if lately.count() >= said[key].value:
            raise TooManyJustNow(_("Many companies sign up just now, more than we can look after. Try again later."))
