"""Consistency: whether the same is done for customers whatever the channel: how fast we answer, how it ends, what is given.

Tickets are counted by the moment they were opened, in a half-open span; merged ones are read with their survivor. Rates are of
the tickets that ended. A channel stands out when its rate of remedies is more than `GAP` points from that of all, or its median
answer takes more than `GAP` per cent longer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

GAP: Final = 10
# The first word of a ticket is what was asked, also where one of us wrote it down; the answer is the next of ours.
SEEN: Final = """
SELECT t.channel, COUNT(*) AS tickets, COUNT(*) FILTER (WHERE t.status = 'resolved') AS ended,
       COUNT(*) FILTER (WHERE t.status = 'resolved' AND given.is_given) AS remedied,
       COUNT(*) FILTER (WHERE t.status = 'resolved' AND t.outcome = 'declined') AS declined,
       PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY answer.at - t.opened_at) AS answered_in,
       PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY t.resolved_at - t.opened_at) AS ended_in
  FROM support_ticket t
  CROSS JOIN LATERAL (SELECT MIN(m.sent_at) AS at FROM support_message m
                       WHERE m.ticket_id = t.id AND m.from_staff AND NOT m.internal
                         AND m.id > (SELECT MIN(f.id) FROM support_message f WHERE f.ticket_id = t.id)) AS answer
  CROSS JOIN LATERAL (SELECT EXISTS (
         SELECT 1 FROM support_grant g JOIN support_ticket x ON x.id = g.ticket_id
          WHERE g.status = 'granted' AND (x.id = t.id OR x.merged_into_id = t.id)) AS is_given) AS given
 WHERE t.merged_into_id IS NULL AND t.opened_at >= %(since)s AND t.opened_at < %(until)s
   AND (%(kind)s = '' OR t.kind = %(kind)s)
 GROUP BY GROUPING SETS ((t.channel), ())
 ORDER BY t.channel NULLS FIRST
"""


@dataclass(frozen=True)
class Channel:
    """What became of the tickets of a channel ("": of all), with medians of how long we took."""

    channel: str
    tickets: int
    ended: int
    remedied: int
    declined: int
    answered_in: timedelta | None
    ended_in: timedelta | None

    @property
    def remedy_rate(self) -> int | None:
        """Tickets on which a remedy was given, in per cent of those that ended; None while none did."""
        return _percent(self.remedied, self.ended)

    @property
    def decline_rate(self) -> int | None:
        """Tickets that ended with a no, in per cent of those that ended."""
        return _percent(self.declined, self.ended)


def by_channel(*, since: datetime, until: datetime, kind: str = "") -> tuple[Channel, list[Channel]]:
    """Return the figures of all tickets opened in the span, of one kind if it is named, and those of each channel."""
    with connection.cursor() as cursor:
        cursor.execute(SEEN, {"since": since, "until": until, "kind": kind})
        whole, *parts = [Channel(channel or "", *rest) for channel, *rest in cursor.fetchall()]
    return whole, parts


def gives_otherwise(part: Channel, whole: Channel) -> bool:
    """Say whether a channel gives remedies clearly more or less often than all do."""
    if part.remedy_rate is None or whole.remedy_rate is None:
        return False
    return abs(part.remedy_rate - whole.remedy_rate) > GAP


def answers_later(part: Channel, whole: Channel) -> bool:
    """Say whether a channel waits clearly longer for the first answer than all do."""
    if part.answered_in is None or whole.answered_in is None:
        return False
    return part.answered_in * 100 > whole.answered_in * (100 + GAP)


def _percent(part: int, whole: int) -> int | None:
    return (part * 200 + whole) // (whole * 2) if whole else None
