"""Rules in force: the rules of data as managers set them; what nobody set is as it came with Accord."""

from dataclasses import replace
from typing import Final

from accounts.customers import rules
from accounts.customers.rule_models import RuleSetting

FRESH: Final = "details.fresh"


def read() -> tuple[rules.Rule, ...]:
    """Return every rule as it is asked now, in one statement; read once for many customers."""
    settings = {row.rule: row for row in RuleSetting.objects.all()}
    return tuple(_as_set(rule, settings[rule.id]) if rule.id in settings else rule for rule in rules.RULES)


def days_to_confirm() -> int:
    """Return after how many days people are asked whether their details are right; 0: never."""
    [rule] = [rule for rule in read() if rule.id == FRESH]
    return rule.days if rule.severity != rules.OFF else 0


def _as_set(rule: rules.Rule, setting: RuleSetting) -> rules.Rule:
    set_so = replace(rule, severity=setting.severity, weight=setting.weight)
    if not rule.days:
        return set_so
    return replace(set_so, days=setting.days, complaint=rules.fresh_within(setting.days))
