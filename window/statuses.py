"""The words and the tone of each status a screen can show, in one table.

A tone is one of `neutral`, `info`, `good`, `warning` and `bad`. A status missing here is written as its own words, neutral.
"""

from django.utils.translation import gettext_lazy as _

STATUSES = {
    # invoices and credit notes
    "draft": (_("Draft"), "neutral"),
    "issued": (_("Issued"), "info"),
    "open": (_("Open"), "info"),
    "due": (_("Due"), "warning"),
    "part_paid": (_("Part paid"), "warning"),
    "partly_paid": (_("Part paid"), "warning"),
    "partially_paid": (_("Part paid"), "warning"),
    "paid": (_("Paid"), "good"),
    "overdue": (_("Overdue"), "bad"),
    "disputed": (_("Disputed"), "warning"),
    "credited": (_("Credited"), "good"),
    "partly_credited": (_("Part credited"), "info"),
    "void": (_("Void"), "neutral"),
    "written_off": (_("Written off"), "neutral"),
    "settled": (_("Settled"), "good"),
    # payments and refunds
    "pending": (_("Pending"), "info"),
    "processing": (_("Processing"), "info"),
    "succeeded": (_("Succeeded"), "good"),
    "failed": (_("Failed"), "bad"),
    "unknown": (_("Being checked"), "warning"),
    "refunded": (_("Refunded"), "info"),
    # bank lines
    "matched": (_("Matched"), "good"),
    "ignored": (_("Set aside"), "neutral"),
    "noted": (_("Only noted"), "neutral"),
    "overpaid": (_("Paid too much"), "warning"),
    "double": (_("Paid twice"), "warning"),
    # contracts, subscriptions and amendments
    "planned": (_("Planned"), "neutral"),
    "scheduled": (_("Scheduled"), "info"),
    "provisioning": (_("Being set up"), "info"),
    "trial": (_("Trial"), "info"),
    "active": (_("Active"), "good"),
    "paused": (_("Paused"), "warning"),
    "ending": (_("Ending"), "warning"),
    "cancelled": (_("Cancelled"), "neutral"),
    "ended": (_("Ended"), "neutral"),
    "applied": (_("Applied"), "good"),
    "expired": (_("Expired"), "neutral"),
    "undone": (_("Undone"), "neutral"),
    # approvals and remedies
    "awaiting_approval": (_("Awaiting approval"), "warning"),
    "requested": (_("Requested"), "info"),
    "approved": (_("Approved"), "good"),
    "granted": (_("Granted"), "good"),
    "declined": (_("Declined"), "neutral"),
    "refused": (_("Refused"), "bad"),
    "fired": (_("Let pass"), "good"),
    "blocked": (_("Blocked"), "bad"),
    "overridden": (_("Overridden"), "warning"),
    "withdrawn": (_("Withdrawn"), "neutral"),
    "reversed": (_("Reversed"), "warning"),
    # tickets
    "new": (_("New"), "info"),
    "waiting": (_("Waiting"), "warning"),
    "waiting_for_customer": (_("Waiting for customer"), "neutral"),
    "waiting_on_customer": (_("Waiting for customer"), "neutral"),
    "on_hold": (_("On hold"), "warning"),
    "escalated": (_("Escalated"), "bad"),
    "resolved": (_("Resolved"), "good"),
    "reopened": (_("Reopened"), "warning"),
    "closed": (_("Closed"), "neutral"),
    # findings and the finance inbox
    "found": (_("Found"), "warning"),
    "dismissed": (_("Dismissed"), "neutral"),
    "unread": (_("Unread"), "info"),
    "acknowledged": (_("Acknowledged"), "good"),
    "queried": (_("Queried"), "warning"),
    "answered": (_("Answered"), "info"),
    # people, knowledge and work in the background
    "invited": (_("Invited"), "info"),
    "suspended": (_("Suspended"), "bad"),
    "published": (_("Published"), "good"),
    "archived": (_("Archived"), "neutral"),
    "queued": (_("Queued"), "neutral"),
    "running": (_("Running"), "info"),
    "done": (_("Done"), "good"),
    "held": (_("Held"), "warning"),
    # urgency
    "low": (_("Low"), "neutral"),
    "normal": (_("Normal"), "neutral"),
    "high": (_("High"), "warning"),
    "urgent": (_("Urgent"), "bad"),
}


def label(status: str) -> str:
    """Return the words for `status`."""
    words, _tone = STATUSES.get(str(status), (_plain_words(str(status)), ""))
    return str(words)


def tone(status: str) -> str:
    """Return the tone in which `status` is shown."""
    return STATUSES.get(str(status), ("", "neutral"))[1]


def _plain_words(status: str) -> str:
    return status.replace("_", " ").capitalize()
