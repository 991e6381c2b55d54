"""Wording: words written once, said to each customer with their own names and numbers.

{customer}, {requester}, {agent}, {ticket}, {subject} and {document} are filled in from the ticket; an input of a macro is
written {input:name}. What is not known stands as it was written, so that nothing disappears unseen. Pure: no database.
"""

import re
from collections.abc import Mapping
from typing import Final

from accounts.people.models import User
from support.tickets.models import Ticket

NAMES: Final = ("customer", "requester", "agent", "ticket", "subject", "document")
PLACE: Final = re.compile(r"\{(input:)?([a-z][a-z0-9_]{0,30})\}")


def filled(text: str, *, ticket: Ticket, agent: User, inputs: Mapping[str, str]) -> str:
    """Return `text` with what is known of the ticket, and the inputs given, in its places; each place is filled once."""
    known = {
        "customer": ticket.customer.name, "requester": str(ticket.requester or ticket.customer.name), "agent": str(agent),
        "ticket": ticket.ref, "subject": ticket.subject, "document": ticket.document.ref if ticket.document else "",
    }  # fmt: skip

    def place(found: re.Match[str]) -> str:
        from_input, name = found.groups()
        return str((inputs if from_input else known).get(name, found[0]))

    return PLACE.sub(place, text)


def unknown_in(text: str, inputs: Mapping[str, str] | tuple[str, ...]) -> list[str]:
    """Return the places in `text` that nothing would fill."""
    places = PLACE.findall(text)
    return [f"{{{prefix}{name}}}" for prefix, name in places if name not in (inputs if prefix else NAMES)]
