"""Topics: heaps of like tickets counted by day, and the alarm when one grows far beyond what is usual.

Usual is the mean of the four weeks before. A day is an alarm when it has at least five tickets and lies more than three times the
spread of a random count above the mean: (count - mean)² > 9 · max(mean, 1), in whole numbers. An alarm proposes a problem in
nobody's name with the day's tickets attached; tickets that come later that day are attached too. Days are UTC days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction
from django.db.models import Avg, Count, F, Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from billing.anomalies.models import Finding
from billing.anomalies.registry import DETECTORS
from support.desk import problems
from support.desk.topic_models import TicketTopic, Topic, TopicAlarm
from support.tickets import turns
from support.tickets.models import Message, Ticket

USUAL_DAYS: Final = 28
FEWEST: Final = 5
LOOKED_BACK: Final = timedelta(days=2)
AT_ONCE: Final = 1_000
LOW: Final = 2  # of five
SHORTEST: Final = 3


@dataclass(frozen=True)
class Heap:
    """A topic as it stands on a day: its count by day (the last is today), the mean in tenths, how many said it went badly."""

    topic: Topic
    days: list[tuple[date, int]]
    mean_tenths: int
    low_ratings: int
    is_alarm: bool

    @property
    def today(self) -> int:
        """How many came today."""
        return self.days[-1][1]

    @property
    def mean(self) -> str:
        """The mean with one decimal."""
        return f"{self.mean_tenths // 10}.{self.mean_tenths % 10}"


class TopicMakesNoSense(Refusal):
    """It has no name, fits nothing or everything, or the actor may not define it."""

    code = "topic_makes_no_sense"


def define(
    *, actor: User, code: str, label: str, at: datetime, detector: str = "", words: Sequence[str] = (), position: int = 0,
    active: bool = True,
) -> Topic:  # fmt: skip
    """Say how a topic is known; tickets that have their topic keep it. The same again changes nothing.

    Raises:
        TopicMakesNoSense: no manager, no name, no such error, or words so short that they fit everything.
    """
    if not access.may_anywhere(actor, access.STEER):
        raise TopicMakesNoSense(_("Only managers define topics."))
    kept = list(dict.fromkeys(word.strip()[:80] for word in words if word.strip()))
    if not label.strip() or not (kept or detector) or detector not in {"", *(one.code for one in DETECTORS)}:
        raise TopicMakesNoSense(_("A topic has a name, and words or a billing error by which it is known."))
    if any(len(word) < SHORTEST for word in kept):
        raise TopicMakesNoSense(_("A word of fewer than three letters fits everything."))
    facts = {"label": label.strip()[:120], "detector": detector, "words": kept, "position": position, "active": active}
    with transaction.atomic():
        topic, _new = Topic.objects.update_or_create(code=code, defaults=facts)
        recording.record(None, "support.topic_set", actor=actor, at=at, about=topic, facts={"topic": topic.label}, internal=True)
    return topic


def watch(*, at: datetime) -> list[TopicAlarm]:
    """Give new tickets their topic, and raise the alarms of today. Doing it again raises none twice."""
    classify(at=at)
    on = at.astimezone(UTC).date()
    counted = TicketTopic.objects.filter(on=on, topic__active=True).values("topic").annotate(count=Count("pk"))
    grown = counted.filter(count__gte=FEWEST).values_list("topic", "count")
    raised = [_judge(Topic.objects.get(pk=topic), on, count, at) for topic, count in grown]
    return [alarm for alarm in raised if alarm]


def classify(*, at: datetime) -> int:
    """Give the tickets of the last two days their topic, each once; return how many were looked at."""
    topics = list(Topic.objects.filter(active=True))
    fresh = Ticket.objects.standing().filter(opened_at__gt=at - LOOKED_BACK, opened_at__lte=at, topic_row=None)
    chosen = list(fresh.select_related("finding").order_by("pk")[:AT_ONCE])
    first = Message.objects.filter(ticket__in=chosen, internal=False).order_by("ticket", "sent_at", "pk").distinct("ticket")
    said = {message.ticket_id: message.text for message in first}
    rows = [
        TicketTopic(
            ticket=ticket, topic=_topic_of(ticket, said.get(ticket.pk, ""), topics), on=ticket.opened_at.astimezone(UTC).date()
        )
        for ticket in chosen
    ]
    TicketTopic.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def is_alarming(count: int, usual: int) -> bool:
    """Say whether `count` tickets in a day are far beyond `usual` tickets in the four weeks before."""
    distance = count * USUAL_DAYS - usual
    return count >= FEWEST and distance > 0 and distance * distance > 9 * max(usual, USUAL_DAYS) * USUAL_DAYS


def heaps(*, at: datetime, days: int = 7) -> list[Heap]:
    """Return every topic in use as it stands today, the largest today first; two statements however many there are."""
    on = at.astimezone(UTC).date()
    since = on - timedelta(days=USUAL_DAYS)
    rows = TicketTopic.objects.filter(on__range=(since, on), topic__active=True).values("topic", "on")
    told = rows.annotate(count=Count("pk"), low=Count("pk", filter=_low())).order_by()
    counted = {(row["topic"], row["on"]): {"count": int(row["count"]), "low": int(row["low"])} for row in told}
    found = [_heap(topic, on, days, counted) for topic in Topic.objects.filter(active=True)]
    return sorted(found, key=lambda heap: (-heap.today, heap.topic.position))


def alarms() -> QuerySet[TopicAlarm]:
    """Return the alarms, the latest first, with their problems and how the customers of each rated us."""
    found = TopicAlarm.objects.select_related("topic", "problem")
    return found.annotate(rating=Avg("problem__tickets__survey__score")).order_by("-on", "-pk")


def _low() -> Q:
    return Q(ticket__survey__score__lte=LOW)


def _topic_of(ticket: Ticket, said: str, topics: Sequence[Topic]) -> Topic | None:
    finding = ticket.finding
    by_error = finding.detector if finding and finding.status == Finding.Status.OPEN else ""
    words = f"{ticket.subject}\n{said}".casefold()
    return next(
        (
            topic
            for topic in topics
            if topic.detector and topic.detector == by_error or any(word.casefold() in words for word in topic.words)
        ),
        None,
    )


def _heap(topic: Topic, on: date, days: int, counted: dict[tuple[int, date], dict[str, int]]) -> Heap:
    def of(back: int, what: str) -> int:
        return counted.get((topic.pk, on - timedelta(days=back)), {}).get(what, 0)

    usual = sum(of(back, "count") for back in range(1, USUAL_DAYS + 1))
    return Heap(
        topic=topic,
        days=[(on - timedelta(days=back), of(back, "count")) for back in range(days - 1, -1, -1)],
        mean_tenths=(usual * 20 + USUAL_DAYS) // (USUAL_DAYS * 2),
        low_ratings=sum(of(back, "low") for back in range(USUAL_DAYS + 1)),
        is_alarm=is_alarming(of(0, "count"), usual),
    )


def _judge(topic: Topic, on: date, count: int, at: datetime) -> TopicAlarm | None:
    """Raise the alarm of a topic and day if there is one to raise, and attach what came since to its problem."""
    with turns.patience(), transaction.atomic():
        turns.take(f"topic {topic.pk}")
        alarm = TopicAlarm.objects.filter(topic=topic, on=on).select_related("problem").first()
        usual = TicketTopic.objects.filter(topic=topic, on__lt=on, on__gte=on - timedelta(days=USUAL_DAYS)).count()
        is_new = alarm is None and is_alarming(count, usual)
        if is_new:
            alarm = _raise(topic, on, count, usual, at)
        if alarm and alarm.problem.status in (problems.PROPOSED, problems.OPEN):
            problems.attach(actor=None, problem=alarm.problem, tickets=_of_day(topic, on), at=at)
            TopicAlarm.objects.filter(pk=alarm.pk).update(count=count)
    return alarm if is_new else None


def _raise(topic: Topic, on: date, count: int, usual: int, at: datetime) -> TopicAlarm:
    title = _("{topic}: {count} tickets on {day}").format(topic=topic.label, count=count, day=date_format(on, "j M Y"))
    key = uuid5(NAMESPACE_URL, f"topic alarm {topic.pk} {on}")
    problem = problems.open_problem(actor=None, title=title, key=key, at=at, proposed=True)
    alarm = TopicAlarm.objects.create(topic=topic, on=on, count=count, usual=usual, problem=problem, raised_at=at)
    tenths = (usual * 20 + USUAL_DAYS) // (USUAL_DAYS * 2)
    facts = {"topic": topic.label, "count": count, "mean": f"{tenths // 10}.{tenths % 10}", "level": access.SUPERVISOR}
    recording.record(None, "support.topic_alarm", actor=None, at=at, about=problem, facts=facts, internal=True)
    return alarm


def _of_day(topic: Topic, on: date) -> QuerySet[Ticket]:
    return Ticket.objects.filter(topic_row__topic=topic, topic_row__on=on, problem=None).order_by(F("pk"))
