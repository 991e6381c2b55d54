"""Fields of tickets in the demo world: none is needed to open a ticket, and one stands filled in."""

from datetime import datetime
from typing import Final

from accounts.people.models import User
from backoffice.demo.people import AGENT, MANAGER
from support.tickets import field_setting, filling
from support.tickets.field_setting import Asked
from support.tickets.models import Ticket

SERVICES: Final = """sign-in: Sign-in | Anmeldung
reports: Reports | Berichte
data-transfer: Data transfer | Datenübertragung"""
FIELDS: Final = {
    "affected-service": Asked(
        "Affected service", type="choice", kind="technical", label_de="Betroffener Dienst", customers="fill", position=1,
        options=field_setting.options_in(SERVICES),
    ),
    "down-since": Asked(
        "Since when?", type="date", kind="technical", label_de="Seit wann?", customers="fill", position=2,
        hint="The first day on which you noticed it.", hint_de="Der erste Tag, an dem es auffiel.",
    ),
    "po-number": Asked(
        "Your order number", kind="contract", label_de="Ihre Bestellnummer", customers="fill", position=3,
        hint="As your purchasing department writes it.", hint_de="Wie Ihr Einkauf sie schreibt.",
    ),
}  # fmt: skip
FILLED: Final = {"technical": {"affected-service": "reports"}, "contract": {"po-number": "PO-4711"}}


def furnish(*, at: datetime) -> None:
    """Set the fields, and fill in those of one ticket of each kind; again changes nothing."""
    manager, agent = User.objects.get(email=MANAGER), User.objects.get(email=AGENT)
    for code, asked in FIELDS.items():
        field_setting.set_field(actor=manager, code=code, asked=asked, at=at)
    for kind, given in FILLED.items():
        for ticket in Ticket.objects.unresolved().filter(kind=kind).standing().order_by("pk")[:1]:
            filling.fill(actor=agent, ticket=ticket, given=given, at=at)
