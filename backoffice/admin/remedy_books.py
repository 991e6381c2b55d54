"""The numbers of ledger accounts in the accounting system, and the budgets of goodwill."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from backoffice.admin.base import UseCaseAdmin
from billing.ledger.models import Posting
from billing.money import Money
from support.remedies.books import budgets, mapping
from support.remedies.books.models import GoodwillBudget, LedgerMapping


@admin.register(LedgerMapping)
class LedgerMappingAdmin(UseCaseAdmin):
    """Which number each ledger account has; without one, the remedies that book it cannot be given."""

    list_display = ("account", "number")
    fields = ("account", "number")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Where each account has its row, its number is changed there."""
        return super().has_add_permission(request) and bool(_without_a_row())

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A new row is about an account that has none."""
        return super().formfield_for_choice_field(db_field, request, **kwargs | {"choices": _without_a_row()})

    def get_readonly_fields(self, request: HttpRequest, obj: LedgerMapping | None = None) -> tuple[str, ...]:
        """Which account it is does not change."""
        return ("account",) if obj else ()

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> LedgerMapping:
        """Map the account."""
        account = form.instance.account if change else form.cleaned_data["account"]
        return mapping.set_number(actor=request.user, account=account, number=form.cleaned_data["number"], at=timezone.now())


def _without_a_row() -> list[tuple[str, str]]:
    held = set(LedgerMapping.objects.values_list("account", flat=True))
    return [(account, label) for account, label in Posting.Account.choices if account not in held]


class GoodwillBudgetForm(forms.ModelForm):
    """A budget in the amounts people speak of."""

    currency = forms.CharField(label=_("Currency"), initial="EUR", min_length=3, max_length=3, widget=UnfoldAdminTextInputWidget)
    amount = forms.CharField(label=_("Most in a month"), help_text=_("Tax included, for example 500.00"))

    class Meta:
        model = GoodwillBudget
        fields = ("customer", "segment", "person", "currency", "since", "until")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["amount"].widget = UnfoldAdminTextInputWidget()


@admin.register(GoodwillBudget)
class GoodwillBudgetAdmin(UseCaseAdmin):
    """Budgets with their history. One that is set anew ends the one before it."""

    form = GoodwillBudgetForm
    list_display = ("__str__", "most", "since", "until")
    fields = ("customer", "segment", "person", "currency", "amount", "since", "until")
    autocomplete_fields = ("customer", "person")

    def has_change_permission(self, request: HttpRequest, obj: GoodwillBudget | None = None) -> bool:
        """Another budget is set anew; what was in force stays as it was."""
        return False

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> GoodwillBudget:
        """Set the budget."""
        given = form.cleaned_data
        return budgets.set_budget(
            actor=request.user, amount=Money.of(given["amount"], given["currency"].upper()), since=given["since"],
            until=given["until"], customer=given["customer"], segment=given["segment"], person=given["person"], at=timezone.now(),
        )  # fmt: skip

    @admin.display(description=_("Most in a month"))
    def most(self, budget: GoodwillBudget) -> str:
        """Write the amount."""
        return str(Money(budget.amount_minor, budget.currency))
