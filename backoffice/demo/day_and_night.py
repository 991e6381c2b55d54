"""Day and night in the demo world: Gold customers find somebody at any hour, all others in our office hours."""

from datetime import datetime
from typing import Final

from accounts.people.models import User
from backoffice.demo.people import MANAGER
from support.service_levels import calendars, targets
from support.service_levels.models import ClockKind
from support.tickets.models import Ticket

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIRST_WORD: Final = {"": 240, Ticket.Priority.URGENT.value: 30}  # minutes, by priority


def open_for_gold(*, at: datetime) -> None:
    """Count the first answer to Gold customers by a calendar that never closes; again changes nothing."""
    manager = User.objects.get(email=MANAGER)
    always = calendars.define(
        actor=manager, calendar=None, name="Day and night", timezone="Europe/Berlin",
        hours=dict.fromkeys(DAYS, [["00:00", "24:00"]]), own_days=[], at=at,
    )  # fmt: skip
    for priority, minutes in FIRST_WORD.items():
        targets.set_target(
            actor=manager, clock=ClockKind.FIRST_RESPONSE, tier="gold", priority=priority, minutes=minutes, calendar=always, at=at
        )
