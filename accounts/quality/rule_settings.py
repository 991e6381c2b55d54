"""Setting rules of data: managers say how severe one is, what it weighs, and after how many days; what the law wants stays.

Values that are written from then on are judged so; scores follow when a customer is judged next, at the latest at night.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.customers import rules, rules_in_force
from accounts.customers.rule_models import RuleSetting
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.quality.scores import BEST, BROKEN
from accounts.timeline import recording

LONGEST: Final = 3_650


@dataclass(frozen=True)
class Standing:
    """A rule as it came with Accord and as it is asked now, and how many customers break it by the last judgement."""

    came: rules.Rule
    now: rules.Rule
    broken: int

    @property
    def is_set(self) -> bool:
        """Say whether it is asked otherwise than it came."""
        return (self.came.severity, self.came.weight, self.came.days) != (self.now.severity, self.now.weight, self.now.days)

    @property
    def stays(self) -> str:
        """Say in the reader's language why it stays as it is, or why some of it does."""
        return _(self.came.stays) if self.came.stays else ""

    @property
    def label(self) -> str:
        """What it does when broken, in the reader's language."""
        return str(RuleSetting.Severity(self.now.severity).label)


class RuleSettingRefused(Refusal):
    """There is no such rule, it stays as it is, or the setting makes no sense."""

    code = "rule_setting_refused"


def all_of_them() -> list[Standing]:
    """Return every rule, those that refuse first. Two statements."""
    with connection.cursor() as cursor:
        cursor.execute(BROKEN)
        broken = dict(cursor.fetchall())
    pairs = zip(rules.RULES, rules_in_force.read(), strict=True)
    found = [Standing(came, now, broken.get(came.id, 0)) for came, now in pairs]
    return sorted(found, key=lambda one: (one.now.severity != rules.REFUSES, one.now.id))


def choose(*, actor: User, rule: str, severity: str, weight: int, days: int, at: datetime) -> RuleSetting:
    """Ask a rule so from now on. Again changes nothing.

    Raises:
        RuleSettingRefused: the actor is no manager, the rule stays as it is, or the setting makes no sense.
    """
    if access.level_of(actor) not in access.STEER.levels:
        raise RuleSettingRefused(_("Only managers set rules of data."))
    came = next((known for known in rules.RULES if known.id == rule), None)
    if came is None:
        raise RuleSettingRefused(_("There is no rule {rule}.").format(rule=rule))
    with transaction.atomic():
        with connection.cursor() as cursor:  # so that two settings at once do not weigh more than a hundred together
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('accounts.rule_settings'))")
        asked = {
            "severity": severity,
            "weight": weight if severity == rules.LOWERS else 0,
            "days": days if came.days else 0,
        }
        _must_make_sense(came, severity, weight, days)
        held = RuleSetting.objects.filter(pk=rule).first()
        if held and all(getattr(held, name) == value for name, value in asked.items()):
            return held
        before = {"severity": held.severity, "weight": held.weight, "days": held.days} if held else {}
        made, _anew = RuleSetting.objects.update_or_create(pk=rule, defaults=asked)
        told = {"rule": rule, "before": before, "after": asked}
        recording.record(None, "accounts.data_rule_set", actor=actor, at=at, facts=told, internal=True)
    return made


def _must_make_sense(came: rules.Rule, severity: str, weight: int, days: int) -> None:
    if severity not in came.may_be:
        raise RuleSettingRefused(_("{rule} cannot be set so. {why}").format(rule=came.id, why=_why_not(came)).strip())
    if came.days and not 1 <= days <= LONGEST:
        raise RuleSettingRefused(_("Say after how many days, from 1 to {most}.").format(most=LONGEST))
    if severity != rules.LOWERS:
        return
    if weight < 1:
        raise RuleSettingRefused(_("A rule that lowers the score weighs at least 1."))
    others = sum(one.weight for one in rules.lowering(rules_in_force.read()) if one.id != came.id)
    if others + weight > BEST:
        left = BEST - others
        raise RuleSettingRefused(_("All weights together are at most 100; for this rule {left} are left.").format(left=left))


def _why_not(came: rules.Rule) -> str:
    if came.stays:
        return _(came.stays)
    labels = ", ".join(str(RuleSetting.Severity(one).label) for one in came.may_be)
    return _("It may be one of: {labels}.").format(labels=labels)
