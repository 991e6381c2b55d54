"""Customers kept twice, for tests."""

from django.utils import timezone

from accounts.customers.models import Customer
from accounts.days import local_day
from accounts.quality import changes, merging
from accounts.quality.models import Candidate, ChangeRequest, Merge, StagedImport
from tests.factories import people
from tests.factories.customers import NOON, below, group


def pair(why: tuple[str, ...] = ("same number: DE136695976",)) -> Candidate:
    """Two sites in groups of their own that may be one."""
    a, b = below(group()), below(group())
    return Candidate.objects.create(a=a, b=b, score="0.9731", why=list(why), found_at=NOON)


def waiting_merge() -> Merge:
    """A merge that an agent asked for and nobody decided on."""
    found = pair()
    return merging.ask(actor=people.agent(), retired=found.b, survivor=found.a, note="Same house", at=NOON)


def done_merge() -> Merge:
    """A merge that a second person approved."""
    return merging.approve(actor=people.supervisor(), merge=waiting_merge(), at=NOON)


def staged_import() -> StagedImport:
    """An import of one group that scored too little."""
    row = {"ref": "G-1", "name": "Helios", "kind": "group", "parents": [], "facts": {}, "number": 2, "fault": ""}
    return StagedImport.objects.create(name="customers.csv", rows=[row], score="76.0", gate=90, staged_at=NOON)


def waiting_move() -> ChangeRequest:
    """A place in the tree that an agent asked for and nobody decided on."""
    root = group()
    place, moving = below(root, kind="division"), below(root)
    return moved_by_request(moving, place.number)


def moved_by_request(moving: Customer, number: str) -> ChangeRequest:
    """Another place for `moving`, asked for by an agent as of today."""
    now = timezone.now()
    given = {"what": "position", "parent": number, "effective_on": local_day(now, moving.timezone), "at": now}
    return changes.ask(actor=people.agent(), customer=moving, **given)
