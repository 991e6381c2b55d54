"""First contact: which issues were solved by one contact, beside what customers said of it and what came back.

Issues are counted by the moment they began, in the span asked for, half-open. An issue is *solved* at first contact, *not*, or
not known *yet* while its window is open. All is one statement, whatever the number of tickets.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from support.measures import definitions
from support.tickets.models import Ticket

BEFORE: Final = timedelta(days=definitions.LONGEST)
# The segment that spoke for the customer when the ticket was opened: the highest rank.
SEGMENT: Final = """COALESCE((
    SELECT g.code FROM accounts_segmentmembership m JOIN accounts_segment g ON g.id = m.segment_id AND g.active
      JOIN accounts_customer n ON n.id = m.customer_id AND n.tree_id = c.tree_id AND n.lft <= c.lft AND n.rght >= c.rght
     WHERE m.since <= t.opened_at::date AND (m.until IS NULL OR m.until > t.opened_at::date)
     ORDER BY g.rank DESC, g.code LIMIT 1), '')"""
# What the figures may be split by, as the database reads it from ticket t and customer c.
SPLITS: Final[Mapping[str, str]] = {
    "kind": "t.kind",
    "channel": "t.channel",
    "tier": "c.tier",
    "segment": SEGMENT,
    "agent": "COALESCE(t.assignee_id::text, '')",
}
# The tickets with their issue. A ticket begins an issue unless the one before it, of the same customer and topic, is unresolved
# or ended no longer ago than the window; a merged ticket is read as part of its survivor, its words are contacts there.
ISSUES: Final = """
WITH seen AS (
    SELECT t.id, t.ref, t.customer_id, t.kind, t.opened_at, t.resolved_at, t.status, {split} AS part,
           (SELECT (d.days ->> t.kind)::int FROM support_issuedefinition d WHERE d.since <= t.opened_at::date
             ORDER BY d.since DESC, d.number DESC LIMIT 1) * interval '1 day' AS repeat_window,
           COALESCE('d' || t.document_id, t.kind) AS topic
      FROM support_ticket t JOIN accounts_customer c ON c.id = t.customer_id
     WHERE t.merged_into_id IS NULL AND t.opened_at >= %(since)s - %(before)s AND t.opened_at < %(until)s + %(before)s {only}
), stepped AS (
    SELECT seen.*, CASE WHEN opened_at <= MAX(COALESCE(resolved_at, 'infinity')) OVER earlier + repeat_window
                        THEN 0 ELSE 1 END AS begins
      FROM seen
    WINDOW earlier AS (PARTITION BY customer_id, topic ORDER BY opened_at, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), numbered AS (
    SELECT stepped.*, SUM(begins) OVER (PARTITION BY customer_id, topic ORDER BY opened_at, id) AS issue FROM stepped
), issues AS (
    SELECT customer_id, topic, issue, MIN(opened_at) AS began, (ARRAY_AGG(part ORDER BY opened_at, id))[1] AS part,
           ARRAY_AGG(id ORDER BY opened_at, id) AS tickets, COUNT(*) AS size,
           BOOL_AND(status = 'resolved') AS over, MAX(resolved_at) + MAX(repeat_window) AS window_ends
      FROM numbered GROUP BY customer_id, topic, issue
    HAVING MIN(opened_at) >= %(since)s AND MIN(opened_at) < %(until)s
), judged AS (
    SELECT issues.*, contact.number AS contacts,
           EXISTS (SELECT 1 FROM accounts_activity a JOIN support_ticket t ON t.id = ANY(issues.tickets)
                    WHERE a.about_kind = 'ticket' AND a.about_ref = t.ref AND a.kind = 'support.ticket_reopened') AS reopened
      FROM issues CROSS JOIN LATERAL (
           SELECT COUNT(*) AS number FROM support_message m
            WHERE m.ticket_id IN (SELECT x.id FROM support_ticket x
                                   WHERE x.id = ANY(issues.tickets) OR x.merged_into_id = ANY(issues.tickets))
              AND NOT m.from_staff AND NOT m.internal
              AND NOT EXISTS (SELECT 1 FROM support_message b WHERE b.ticket_id = m.ticket_id AND NOT b.from_staff
                                AND NOT b.internal AND b.id <> m.id AND b.sent_at <= m.sent_at AND b.id < m.id
                                AND b.sent_at > m.sent_at - interval '30 minutes')) AS contact
)
"""
FIGURES: Final = """
SELECT part, COUNT(*) AS issues,
       COUNT(*) FILTER (WHERE size = 1 AND contacts <= 1 AND NOT reopened AND over AND window_ends <= %(at)s) AS solved,
       COUNT(*) FILTER (WHERE size > 1 OR contacts > 1 OR reopened) AS came_back,
       COUNT(*) FILTER (WHERE reopened) AS reopened, COUNT(*) FILTER (WHERE over) AS ended,
       SUM(voice.answers)::int AS answers, SUM(voice.total)::int AS total,
       PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY voice.took) AS took
  FROM judged CROSS JOIN LATERAL (
       SELECT COUNT(s.score) AS answers, COALESCE(SUM(s.score), 0) AS total, MAX(t.resolved_at - t.opened_at) AS took
         FROM support_ticket t LEFT JOIN support_survey s ON s.ticket_id = t.id WHERE t.id = ANY(judged.tickets)) AS voice
 GROUP BY part ORDER BY part
"""
OF_TICKET: Final = """
SELECT tickets, (size > 1 OR contacts > 1 OR reopened) AS came_back, over AND window_ends <= %(at)s AS passed, window_ends
  FROM judged WHERE %(ticket)s = ANY(tickets)
"""


@dataclass(frozen=True)
class Figures:
    """The figures of one part: issues that began, how they went, what customers said, how many came back, how long it took."""

    part: str
    issues: int
    solved: int
    came_back: int
    reopened: int
    ended: int
    answers: int
    total: int
    took: timedelta | None

    @property
    def resolution(self) -> int | None:
        """First contact resolution in percent of the issues that are known; None while none is."""
        return _percent(self.solved, self.solved + self.came_back)

    @property
    def not_yet(self) -> int:
        """Issues of which it is not known yet."""
        return self.issues - self.solved - self.came_back

    @property
    def reopen_rate(self) -> int | None:
        """Reopened issues in percent of those that ended or were reopened."""
        return _percent(self.reopened, max(self.ended, self.reopened))

    @property
    def satisfaction(self) -> str:
        """The mean score with one decimal; empty while nobody answered."""
        tenths = (self.total * 20 + self.answers) // (self.answers * 2) if self.answers else 0
        return f"{tenths // 10}.{tenths % 10}" if tenths else ""


@dataclass(frozen=True)
class Issue:
    """The issue a ticket belongs to: all its tickets, and whether first contact solved it (None: not known yet)."""

    tickets: list[Ticket]
    solved: bool | None
    known_on: datetime | None


def figures(*, since: datetime, until: datetime, at: datetime, by: str = "kind") -> list[Figures]:
    """Return the figures of the issues that began in the span, one row for each part of a split of `SPLITS`."""
    asked = _asked(since, until, at)
    with connection.cursor() as cursor:
        cursor.execute(ISSUES.format(split=SPLITS[by], only="") + FIGURES, asked)
        return [Figures(*row) for row in cursor.fetchall()]


def together(parts: list[Figures]) -> Figures:
    """Return the figures of all parts as one; the time taken is left out, as medians do not add up."""
    counts = [name for name in Figures.__annotations__ if name not in ("part", "took")]
    sums: dict[str, int] = {name: sum(getattr(part, name) for part in parts) for name in counts}
    return Figures(part="", took=None, **sums)


def of_ticket(ticket: Ticket, *, at: datetime) -> Issue:
    """Return the issue of a ticket, with its other tickets."""
    asked = _asked(ticket.opened_at - BEFORE, ticket.opened_at + BEFORE, at)
    asked |= {"ticket": ticket.pk, "customer": ticket.customer_id}
    with connection.cursor() as cursor:
        cursor.execute(ISSUES.format(split="''", only="AND t.customer_id = %(customer)s") + OF_TICKET, asked)
        row = cursor.fetchone()
    numbers, came_back, passed, known_on = row or ([ticket.pk], False, False, None)
    found = list(Ticket.objects.filter(pk__in=numbers).order_by("opened_at", "pk"))
    return Issue(found, False if came_back else True if passed else None, known_on)


def _asked(since: datetime, until: datetime, at: datetime) -> dict[str, Any]:
    return {"since": since, "until": until, "at": at, "before": BEFORE}


def _percent(part: int, whole: int) -> int | None:
    return (part * 200 + whole) // (whole * 2) if whole else None
