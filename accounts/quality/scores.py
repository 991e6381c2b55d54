"""Scores: how well the facts of a customer are kept, from 100 (every rule holds) downwards.

Each rule that does not hold takes its weight off. Scores are judged anew whenever a customer is added, changed or confirmed, and
nightly, because freshness fades by itself.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import Count, Max, QuerySet, Sum

from accounts.customers import facts, rules, rules_in_force
from accounts.customers.models import Customer
from accounts.days import local_day
from accounts.quality.models import Confirmation, Score
from accounts.timeline.plain import in_plain_words

AT_ONCE: Final = 2_000
BEST: Final = 100
BROKEN: Final = """
SELECT found ->> 0 AS rule, count(*) FROM accounts_score, jsonb_array_elements(broken) AS found
GROUP BY rule ORDER BY count(*) DESC, rule
"""


@dataclass(frozen=True)
class Judgement:
    """A score, and (rule id, fact, reason) of each rule that does not hold."""

    score: int
    broken: tuple[tuple[str, str, str], ...]


def judge(subject: rules.Subject, by: Iterable[rules.Rule] | None = None) -> Judgement:
    """Judge facts `by` the rules that apply to them, of these, else of those that came with Accord. Pure."""
    found = [(rule, rule.broken_by(subject)) for rule in rules.lowering(by)]
    broken = [(rule, reason) for rule, reason in found if reason]
    lost = sum(rule.weight for rule, _ in broken)
    return Judgement(max(0, BEST - lost), tuple((rule.id, rule.fact, reason) for rule, reason in broken))


def refresh(customers: QuerySet[Customer], *, at: datetime) -> int:
    """Judge these customers anew and write down their scores; return how many were judged."""
    rows = customers.current().select_related("kind").annotate(confirmed_at=Max("confirmations__confirmed_at"))  # type: ignore[attr-defined]
    judged, asked = 0, rules_in_force.read()
    batch: list[Score] = []
    for customer in rows.order_by("pk").iterator(chunk_size=AT_ONCE):
        batch.append(_score(customer, asked, at))
        if len(batch) == AT_ONCE:
            judged += _keep(batch)
            batch = []
    return judged + _keep(batch)


def judge_new(*, at: datetime) -> int:
    """Judge the customers nobody has judged yet, such as those an import brought; return how many. Again judges nobody."""
    return refresh(Customer.objects.filter(quality=None), at=at)


def to_be_tended() -> QuerySet[Score]:
    """Return the customers whose facts want tending, the poorest first."""
    found = Score.objects.filter(score__lt=BEST, customer__merged_into=None)
    found = found.annotate(confirmed_at=Max("customer__confirmations__confirmed_at"))
    return found.select_related("customer__kind").order_by("score", "customer_id")


def summary() -> dict[str, object]:
    """Return how many customers were judged, the average score, and how often each rule is broken: the report of a day."""
    figures = Score.objects.aggregate(count=Count("pk"), total=Sum("score"))
    with connection.cursor() as cursor:
        cursor.execute(BROKEN)
        counted = cursor.fetchall()
    average = figures["total"] * 10 // figures["count"] / 10 if figures["count"] else float(BEST)
    return {"customers": figures["count"], "average": average, "rules": counted}


def average_of(rows: Iterable[tuple[Mapping[str, str], bool]]) -> tuple[float, list[list[object]]]:
    """Return the average score of rows (facts, whether they carry legal data) and what keeps it down, the most frequent first.

    Each of those is the rule, its words, how many rows break it, and the place of the first of them.
    """
    counts: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], int] = {}
    total, judged, asked = 0, 0, rules_in_force.read()
    for said, legal in rows:
        found = judge(rules.Subject(said, legal), asked)
        for rule, fact, reason in found.broken:
            counts[rule, f"{fact} {reason}"] += 1
            first.setdefault((rule, f"{fact} {reason}"), judged)
        total, judged = total + found.score, judged + 1
    average = total * 10 // judged / 10 if judged else float(BEST)
    return average, [[rule, reason, number, first[rule, reason]] for (rule, reason), number in counts.most_common(50)]


def _score(customer: Customer, by: tuple[rules.Rule, ...], at: datetime) -> Score:
    with in_plain_words():
        found = judge(subject_of(customer, customer.confirmed_at, at), by)
    return Score(customer=customer, score=found.score, broken=[list(broken) for broken in found.broken], judged_at=at)


def confirmed_at(customer: Customer) -> datetime | None:
    """Return when the facts were last confirmed."""
    moment: datetime | None = Confirmation.objects.filter(customer=customer).aggregate(last=Max("confirmed_at"))["last"]
    return moment


def subject_of(customer: Customer, confirmed_at: datetime | None, at: datetime) -> rules.Subject:
    """Return a customer as rules look at it; what was never confirmed counts from the day it was added."""
    confirmed, today = (local_day(moment, customer.timezone) for moment in (confirmed_at or customer.created_at, at))
    return rules.Subject(facts.of(customer), customer.kind.carries_legal_data, confirmed, today)


def _keep(scores: list[Score]) -> int:
    fields = ["score", "broken", "judged_at"]
    Score.objects.bulk_create(scores, update_conflicts=True, unique_fields=["customer"], update_fields=fields)
    return len(scores)
