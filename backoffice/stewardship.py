"""Stewardship: whose facts want tending, which rules are broken how often, and what waits at the gate of imports."""

from typing import Any

from django.utils import timezone

from accounts.customers import facts, rules, rules_in_force
from accounts.customers.models import Customer
from accounts.people import handovers
from accounts.quality import changes, reminding, rule_settings, scores
from accounts.quality.models import ChangeRequest, StagedImport
from backoffice.forms.data import DetailsForm

ROWS = 50


def shown(rule: str = "") -> dict[str, Any]:
    """Return the queue (of those that break `rule`, when one is named), the figures of today, and the staged imports."""
    queue = scores.to_be_tended()
    if rule:
        queue = queue.filter(broken__contains=[[rule]])
    owners = {known.id: known.owner for known in rules.RULES}
    found, by = scores.summary(), rules_in_force.read()
    waiting = ChangeRequest.objects.filter(status=ChangeRequest.Status.WAITING).select_related("customer", "asked_by")
    asked = list(waiting.order_by("asked_at", "pk")[:ROWS])
    now = timezone.now()
    days = changes.decision_days({one.customer_id for one in asked}, now.date())
    return {
        "queue": [_row(score, by) for score in queue[:ROWS]],
        "more": max(0, queue.count() - ROWS),
        "chosen": rule,
        "customers": found["customers"],
        "average": found["average"],
        "rules": [{"id": id, "count": count, "owner": owners.get(id, "")} for id, count in found["rules"]],
        "staged": StagedImport.objects.filter(status=StagedImport.Status.STAGED)
        .defer("rows", "faults")
        .order_by("-staged_at", "-pk"),
        "changes": [(one, changes.decide_by(one, days), reminding.is_late(one, days, now)) for one in asked],
        "handovers": handovers.waiting()[:ROWS],
    }


def every_rule() -> list[rule_settings.Standing]:
    """Return all rules as they are asked now, those that refuse first."""
    return rule_settings.all_of_them()


def details_of(node: Customer) -> dict[str, str]:
    """Return the facts of the form as they are kept."""
    return {name: getattr(node, name) for name in DetailsForm.base_fields}


def _row(score: Any, by: tuple[rules.Rule, ...]) -> dict[str, Any]:
    """Tell what is wrong in the reader's language: judged anew from the facts."""
    subject = scores.subject_of(score.customer, score.confirmed_at, score.judged_at)
    reasons = [f"{facts.label(fact)} {reason}" for _, fact, reason in scores.judge(subject, by).broken]
    return {"score": score.score, "customer": score.customer, "reasons": reasons, "rules": [id for id, *_ in score.broken]}
