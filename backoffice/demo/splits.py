"""A split that waits for a decision in the demo world: a hotel that was sold is to be a customer of its own."""

from datetime import datetime, timedelta

from accounts.customers.models import Customer
from accounts.people.models import User
from accounts.quality import splitting
from backoffice.demo.people import AGENT

WHOLE, LEAVING, NAME = "TR", "TR-TOR", "Torino Ospitalità"
AHEAD = timedelta(days=21)


def ask(*, at: datetime) -> None:
    """Ask for the split as an agent does; a supervisor or manager decides."""
    parts = {"children": [Customer.objects.get(ref=LEAVING).pk]}
    whole = Customer.objects.get(ref=WHOLE)
    splitting.ask(actor=User.objects.get(email=AGENT), customer=whole, name=NAME, parts=parts, on=at.date() + AHEAD, at=at)
