"""Coupons: defined once, redeemed on contracts, ended on a day. What was redeemed never changes."""

from typing import Any

from django import forms
from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.days import local_day
from backoffice.admin.base import UseCaseAdmin
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
        return coupons.define(amount=Money.of(amount, currency) if amount else None, **given)


@admin.register(Redemption)
class RedemptionAdmin(UseCaseAdmin):
    """Which contract has which coupon, from when to when."""

    list_display = ("coupon", "contract", "subscription", "since", "until", "redeemed_by")
    list_filter = ("coupon",)
    list_select_related = ("coupon", "contract", "subscription", "redeemed_by")
    search_fields = ("ref", "coupon__name", "contract__ref")
    autocomplete_fields = ("coupon", "contract", "subscription")
    fields = ("coupon", "contract", "subscription", "since", "until")

    def get_readonly_fields(self, request: HttpRequest, obj: Redemption | None = None) -> tuple[str, ...]:
        """A coupon stays with its contract; it only ends."""
        return ("coupon", "contract", "subscription", "since") if obj else ("until",)

    def carry_out(self, request: HttpRequest, form: ModelForm, *, change: bool) -> Redemption:
        """Give the contract its coupon; later, let it end on a day."""
        at, given = timezone.now(), dict(form.cleaned_data)
        if not change:
            return redeeming.redeem(actor=request.user, on=given.pop("since"), at=at, **given)
        until = given["until"] or local_day(at, form.instance.contract.timezone)
        return redeeming.end(actor=request.user, redemption=form.instance, on=until, at=at)
