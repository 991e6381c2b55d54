"""Coupons: defined once, redeemed on contracts, ended on a day. What was redeemed never changes."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.days import local_day
from backoffice.admin.base import UseCaseAdmin
from backoffice.admin.policies import for_each
from billing.catalog import coupons
from billing.catalog.models import Coupon
from billing.contracts import redeeming
from billing.contracts.models import Redemption
from billing.money import Money


class CouponForm(ModelForm):
    """A coupon, its amount written as people write money."""

    amount = forms.CharField(label=_("Amount"), required=False, max_length=24, help_text=_("Off each period, such as 12.50"))

    class Meta:
        model = Coupon
        fields = ("code", "name", "percent", "currency", "periods", "plans", "redeem_until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.amount_minor:
            self.initial["amount"] = Money(self.instance.amount_minor, self.instance.currency).number

    def _post_clean(self) -> None:
        """Leave what a coupon may be to the use case, which says it in words."""


@admin.register(Coupon)
class CouponAdmin(UseCaseAdmin):
    """What can be taken off, for how long, off which plans."""

    form = CouponForm
    list_display = ("name", "code", "takes_off", "redeem_until", "used")
    list_filter = ("used",)
    search_fields = ("name", "code")
    fields = ("code", "name", "percent", "amount", "currency", "periods", "plans", "redeem_until")

    def get_readonly_fields(self, request: HttpRequest, obj: Coupon | None = None) -> tuple[str, ...]:
        """Redemptions know the coupon by its code."""
        return ("code",) if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Coupon | None = None) -> bool:
        """What was redeemed is only looked at."""
        return not (obj and obj.used) and super().has_change_permission(request, obj)

    def get_fields(self, request: HttpRequest, obj: Coupon | None = None) -> tuple[str, ...]:
        return ("code", "name", "takes_off", "plans", "redeem_until", "used") if obj and obj.used else self.fields

    @admin.display(description=_("takes off"))
    def takes_off(self, coupon: Coupon) -> str:
        """What it takes off, in words."""
        return coupons.words(coupon)

    def carry_out(self, request: HttpRequest, form: ModelForm, *, change: bool) -> Coupon:
        """Define the coupon."""
        given = {"code": form.instance.code} | form.cleaned_data
        amount, currency = given.pop("amount"), given.pop("currency")
        off = Money.of(amount, currency) if amount else None
        return coupons.define(actor=request.user, amount=off, at=timezone.now(), **given)


@admin.register(Redemption)
class RedemptionAdmin(UseCaseAdmin):
    """Which contract has which coupon, from when to when; above what one gives alone, another manager approves."""

    list_display = ("coupon", "contract", "subscription", "since", "until", "takes_off_at_most", "stands", "redeemed_by")
    list_filter = ("waits", "coupon")
    list_select_related = ("coupon", "contract", "subscription", "redeemed_by", "approved_by")
    actions = ("approve", "turn_down")
    search_fields = ("ref", "coupon__name", "contract__ref")
    autocomplete_fields = ("coupon", "contract", "subscription")
    fields = ("coupon", "contract", "subscription", "since", "until")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Redemption]:
        """Show those that wait, too."""
        ordered: QuerySet[Redemption] = Redemption.every.order_by("-redeemed_at", "-pk")
        return ordered

    @admin.display(description=_("takes off at most"))
    def takes_off_at_most(self, redemption: Redemption) -> str:
        """What it takes off at most, as known when it was given."""
        worth = redemption.worth_minor
        return "–" if worth is None else str(Money(worth, redemption.contract.currency))

    @admin.display(description=_("state"))
    def stands(self, redemption: Redemption) -> str:
        """Whether it waits, and who approved it."""
        if redemption.waits:
            return str(_("turned down") if redemption.state == "turned_down" else _("waits for a second person"))
        return str(_("approved by {who}")).format(who=redemption.approved_by) if redemption.approved_by else str(_("given"))

    @admin.action(description=_("Approve (a second person)"))
    def approve(self, request: HttpRequest, chosen: QuerySet[Redemption]) -> None:
        """Approve what was chosen."""
        for_each(self, request, chosen, lambda row: redeeming.approve(actor=request.user, redemption=row, at=timezone.now()))

    @admin.action(description=_("Turn down"))
    def turn_down(self, request: HttpRequest, chosen: QuerySet[Redemption]) -> None:
        """Turn down what waits among what was chosen."""
        facts = {"actor": request.user, "at": timezone.now()}
        waiting = chosen.filter(waits=True)
        for_each(self, request, waiting, lambda row: redeeming.end(redemption=row, on=row.since, **facts))

    def get_readonly_fields(self, request: HttpRequest, obj: Redemption | None = None) -> tuple[str, ...]:
        """A coupon stays with its contract; it only ends."""
        return ("coupon", "contract", "subscription", "since") if obj else ("until",)

    def carry_out(self, request: HttpRequest, form: ModelForm, *, change: bool) -> Redemption:
        """Give the contract its coupon; later, let it end on a day."""
        at, given = timezone.now(), dict(form.cleaned_data)
        if not change:
            made = redeeming.redeem(actor=request.user, on=given.pop("since"), at=at, **given)
            if made.waits:
                self.message_user(request, _("It waits for a second manager, who approves it in this list."), messages.WARNING)
            return made
        until = given["until"] or local_day(at, form.instance.contract.timezone)
        return redeeming.end(actor=request.user, redemption=form.instance, on=until, at=at)
