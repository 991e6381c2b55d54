"""Offering: which playbook fits a ticket, and what it says there.

It looks at the finding and the customer's words only, never at the channel or at who asks: the same case is offered the same
playbook, remedies, amounts and text by mail, phone, letter and portal.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from billing.anomalies.models import Finding
from support.remedies.kinds import on_invoice
from support.remedies.playbooks import criteria
from support.remedies.playbooks.criteria import Answer
from support.remedies.playbooks.models import Playbook, PlaybookVersion
from support.remedies.resolution import Proposal
from support.tickets.models import Ticket


@dataclass(frozen=True)
class Offered:
    """A playbook on a ticket: its version, each criterion with its answer, and the text as the customer would read it."""

    version: PlaybookVersion
    criteria: Sequence[tuple[str, Answer]]
    reply_text: str

    @property
    def fits(self) -> bool:
        """Whether every criterion is met."""
        return all(answer.met for _, answer in self.criteria)


def in_force() -> list[PlaybookVersion]:
    """Return the latest version of every playbook in use, the first to offer first."""
    versions = PlaybookVersion.objects.filter(playbook__active=True).select_related("playbook", "written_by")
    latest = versions.order_by("playbook_id", "-number").distinct("playbook_id")
    return sorted(latest, key=lambda version: (version.playbook.position, version.playbook.code))


def for_ticket(ticket: Ticket) -> Offered | None:
    """Return the playbook that fits the ticket: for its billing error, else a promise not kept, else its words.

    None: none does.
    """
    versions = in_force()
    found = [version for version in versions if _fits_finding(version, ticket)]
    if not found:
        found = _for_broken_promise(versions, ticket)
    if not found:
        said = _said(ticket) if any(version.words for version in versions) else ""
        found = [version for version in versions if any(word in said for word in version.words)]
    if not found:
        return None
    version = found[0]
    asked = [(code, criteria.CRITERIA[code](ticket)) for code in version.criteria if code in criteria.CRITERIA]
    return Offered(version, asked, reply_text(version, ticket))


def ranked(offered: Offered | None, proposals: Sequence[Proposal]) -> list[Proposal]:
    """Return the proposals as the playbook ranks them, those it does not name after them in their own order."""
    if offered is None:
        return list(proposals)
    rank = {code: place for place, code in enumerate(offered.version.remedies)}
    return sorted(proposals, key=lambda proposal: rank.get(proposal.remedy.code, len(rank)))


def reply_text(version: PlaybookVersion, ticket: Ticket) -> str:
    """Return the text of a version with the names of the ticket filled in; anything else in braces stays as it is."""
    filled = {"customer": ticket.customer.name, "document": str(on_invoice.about(ticket) or ""), "ticket": ticket.ref}
    text: str = version.reply_text
    for name, value in filled.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def history(playbook: Playbook) -> list[PlaybookVersion]:
    """Return all versions of a playbook, the latest first."""
    return list(playbook.versions.select_related("playbook", "written_by").order_by("-number"))


def _fits_finding(version: PlaybookVersion, ticket: Ticket) -> bool:
    finding = ticket.finding
    return bool(finding and version.detector == finding.detector and finding.status == Finding.Status.OPEN)


def _for_broken_promise(versions: list[PlaybookVersion], ticket: Ticket) -> list[PlaybookVersion]:
    speaking = [version for version in versions if criteria.RECOGNISING in version.criteria]
    return speaking if speaking and criteria.promise_broken(ticket).met else []


def _said(ticket: Ticket) -> str:
    first = (
        ticket.messages.filter(internal=False, from_staff=False).order_by("sent_at", "pk").values_list("text", flat=True).first()
    )
    return f"{ticket.subject}\n{first or ''}".casefold()
