"""What waits for a decision about the tree in the demo world: a laboratory that is to move to another part of its group."""

from datetime import datetime, timedelta

from accounts.customers.models import Customer
from accounts.people.models import User
from accounts.quality import changes
from accounts.quality.models import ChangeRequest
from backoffice.demo.people import AGENT

MOVING, NEW_PLACE = "HL", "HU"
AHEAD = timedelta(days=14)


def ask(*, at: datetime) -> None:
    """Ask for the move as an agent does; a supervisor or manager finds it among the things to decide."""
    changes.ask(
        actor=User.objects.get(email=AGENT),
        customer=Customer.objects.get(ref=MOVING),
        what=ChangeRequest.What.POSITION,
        effective_on=at.date() + AHEAD,
        at=at,
        parent=Customer.objects.get(ref=NEW_PLACE).number,
    )
