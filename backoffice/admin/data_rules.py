"""Rules of data as managers set them: how severe, of what weight, after how many days; all of them stand under Data, Rules."""

from typing import Any

from django import forms
from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.customers import rules
from accounts.customers.rule_models import RuleSetting
from accounts.quality import rule_settings
from backoffice.admin.base import UseCaseAdmin


class RuleSettingForm(ModelForm):
    """How a rule is to be asked."""

    rule = forms.ChoiceField(label=_("Rule"), widget=UnfoldAdminSelectWidget)

    class Meta:
        model = RuleSetting
        fields = ("rule", "severity", "weight", "days")
        labels = {"severity": _("When broken"), "weight": _("Weight"), "days": _("Days")}
        help_texts = {
            "weight": _("The points a score loses; it counts where the rule lowers the score. All together are at most 100."),
            "days": _("After how many days details want confirming; it counts for the rule details.fresh."),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "rule" in self.fields:
            self.fields["rule"].choices = [(rule.id, _as_it_came(rule)) for rule in _that_can_be_set()]


@admin.register(RuleSetting)
class RuleSettingAdmin(UseCaseAdmin):
    """What managers made of rules; a rule without a row is asked as it came with Accord."""

    form = RuleSettingForm
    list_display = ("rule", "severity", "weight", "days")
    list_filter = ("severity",)
    fields = ("rule", "severity", "weight", "days")

    def get_readonly_fields(self, request: HttpRequest, obj: RuleSetting | None = None) -> tuple[str, ...]:
        """A setting stays with its rule."""
        return ("rule",) if obj else ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Where every rule that can be set has its row, they are changed."""
        return super().has_add_permission(request) and bool(_that_can_be_set())

    def carry_out(self, request: HttpRequest, form: ModelForm, *, change: bool) -> RuleSetting:
        """Ask the rule so from now on."""
        given = form.cleaned_data
        numbers = {name: given[name] or 0 for name in ("weight", "days")}
        rule = form.instance.pk if change else given["rule"]
        return rule_settings.choose(actor=request.user, rule=rule, severity=given["severity"], at=timezone.now(), **numbers)


def _that_can_be_set() -> list[rules.Rule]:
    taken = set(RuleSetting.objects.values_list("rule", flat=True))
    return [rule for rule in rules.RULES if rule.may_be and rule.id not in taken]


def _as_it_came(rule: rules.Rule) -> str:
    parts = [str(RuleSetting.Severity(rule.severity).label)]
    if rule.weight:
        parts.append(gettext("weight {n}").format(n=rule.weight))
    if rule.days:
        parts.append(gettext("{n} days").format(n=rule.days))
    return f"{rule.id} ({', '.join(parts)})"
