"""What plans cost: price versions for everybody or on a price list, with what is measured and the rates of the tax.

A price changes by publishing a further version; what runs keeps the one it has.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from backoffice.admin import charge_text
from backoffice.admin.base import UseCaseAdmin
from billing.catalog import charges, editing, vat
from billing.catalog.models import Charge, PlanVersion, PriceList, TaxRate
from billing.catalog.plans import ChargeTerms, Introduction
from billing.periods import Interval
from billing.usage import meters
from billing.usage.models import Meter
from window import formats, price_words

PRICE_OF = {"standard": "unit_price", "flat": "price"}  # what each charge model calls its price
BASE = "base"  # the code of the charge that the form asks for by itself
TERMS = ("currency", "price_list", "effective_on", "trial_days")
SHOWN = ("plan", "number", *TERMS, "says", "first_prices", "term_months", "ends_with_term", "used")


class VersionForm(ModelForm):
    """A plan's price from a day on: what recurs, what stands in its place at first, and further charges in lines."""

    price = forms.DecimalField(
        label=_("Price"), min_value=0, max_digits=18, decimal_places=6, help_text=_("Net, for a full period")
    )
    model = forms.ChoiceField(
        label=_("Counted"), choices=[("standard", _("per unit")), ("flat", _("flat, whatever the quantity"))]
    )
    interval_unit = forms.ChoiceField(
        label=_("Every"),
        initial="month",
        choices=[("month", _("month")), ("quarter", _("quarter")), ("half_year", _("half-year")), ("year", _("year"))],
    )
    billing = forms.ChoiceField(label=_("Billed"), choices=Charge.Billing.choices)
    first_price = forms.DecimalField(
        label=_("Price at first"), required=False, min_value=0, max_digits=18, decimal_places=6,
        help_text=_("In place of the price, for new subscriptions"),
    )  # fmt: skip
    first_periods = forms.IntegerField(label=_("For so many periods"), required=False, min_value=1, max_value=120)
    term = forms.IntegerField(
        label=_("Term in months"),
        required=False,
        min_value=1,
        max_value=240,
        help_text=_("Empty: it runs on until it is cancelled."),
    )
    ends = forms.BooleanField(label=_("Ends with its term instead of renewing"), required=False)
    further = forms.CharField(
        label=_("Further charges, one a line"), required=False, widget=UnfoldAdminTextareaWidget,
    )  # fmt: skip

    class Meta:
        model = PlanVersion
        fields = ("plan", *TERMS)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "further" in self.fields:
            self.fields["further"].help_text = _(
                "Such as: setup | Installation | one_time | flat price=99.00. Or: calls | Calls | usage calls | graduated"
                " up_to=1000 unit_price=0.10; unit_price=0.05 | in_arrears | month. Models: {models}."
            ).format(models=", ".join(charges.MODELS))

    def clean_further(self) -> list[ChargeTerms]:
        """Read the lines as charges."""
        return charge_text.charges(self.cleaned_data["further"])

    def clean(self) -> dict[str, Any]:
        """A price at first has a length, and a length a price."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if (given.get("first_price") is None) != (given.get("first_periods") is None):
            self.add_error("first_periods", _("A price at first needs its number of periods, and the other way round."))
        return given

    def charges(self) -> list[ChargeTerms]:
        """Return what recurs, and the further charges."""
        given = self.cleaned_data
        price = {PRICE_OF[given["model"]]: format(given["price"], "f")}
        recurring = ChargeTerms(
            code=BASE, name=given["plan"].name, model=given["model"], params=price, interval=Interval(given["interval_unit"]),
            billing=given["billing"],
        )  # fmt: skip
        return [recurring, *given["further"]]

    def introductions(self) -> list[Introduction]:
        """Return the price at first, if there is one."""
        given = self.cleaned_data
        return [] if given["first_price"] is None else [Introduction(given["first_price"], given["first_periods"])]


@admin.register(PlanVersion)
class PlanVersionAdmin(UseCaseAdmin):
    """Prices, old and new. A version never changes once somebody uses it; publish the next one."""

    added_only = True  # published is published
    form = VersionForm
    list_display = ("plan", "number", "currency", "price_list", "says", "effective_on", "trial_days", "used")
    list_filter = ("currency", "price_list", "used")
    list_select_related = ("plan__product", "price_list")
    search_fields = ("plan__name", "plan__code")
    fields = (
        "plan", *TERMS, "model", "price", "interval_unit", "billing", "first_price", "first_periods", "term", "ends", "further",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("charges")

    def get_fields(self, request: HttpRequest, obj: PlanVersion | None = None) -> tuple[str, ...]:
        return SHOWN if obj else self.fields

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin the next price of a plan with what its latest one for everybody says, from today on."""
        key = request.GET.get("plan", "")
        known = key.isascii() and key.isdigit() and len(key) < 10
        latest = self._latest(int(key)) if known else None
        today = {"effective_on": timezone.now().date()}
        return today | super().get_changeform_initial_data(request) | (_said_by(latest) if latest else {})

    def carry_out(self, request: HttpRequest, form: VersionForm, *, change: bool) -> PlanVersion:
        """Publish the version."""
        given = form.cleaned_data
        meters.must_exist(charge.metric for charge in given["further"] if charge.metric)
        terms = {name: given[name] for name in ("plan", *TERMS)} | {"currency": given["currency"].upper()}
        return editing.price_version(
            actor=request.user, at=timezone.now(), charges=form.charges(), introductions=form.introductions(),
            term_months=given["term"], ends_with_term=given["ends"], **terms,
        )  # fmt: skip

    @admin.display(description=_("What it costs"))
    def says(self, version: PlanVersion) -> SafeString:
        """Write each charge in words."""
        unit = version.plan.product.unit_name
        rows = ((charge.name, price_words.of_charge(charge, version.currency, unit)) for charge in version.charges.all())
        return format_html_join("", "{}: {}<br>", rows)

    @admin.display(description=_("Price at first"))
    def first_prices(self, version: PlanVersion) -> str:
        """Say what stands in the place of the price, and how long."""
        return price_words.at_first(version) or "–"

    def _latest(self, plan: int) -> PlanVersion | None:
        found = PlanVersion.objects.filter(plan=plan, price_list=None).order_by("-effective_on", "-number", "-pk")
        return found.prefetch_related("charges").first()


def _said_by(version: PlanVersion) -> dict[str, Any]:
    """Return what a version says as the form asks it; a recurring price that the form cannot ask for stands among the lines."""
    kept = list(version.charges.all())
    base = next((one for one in kept if one.code == BASE and one.model in PRICE_OF and one.interval_count == 1), None)
    said: dict[str, Any] = {"currency": version.currency, "trial_days": version.trial_days, "term": version.term_months}
    first = None if version.intro_price is None else price_words.plain(version.intro_price)
    said |= {"first_price": first, "first_periods": version.intro_periods or None, "ends": version.ends_with_term}
    if base:
        said |= {"model": base.model, "price": base.params[PRICE_OF[base.model]], "billing": base.billing}
        said["interval_unit"] = base.interval_unit
    return said | {"further": charge_text.written(one for one in kept if one is not base)}


@admin.register(PriceList)
class PriceListAdmin(UseCaseAdmin):
    """Prices of their own for some customers; who has one is a special term of a customer or segment."""

    list_display = ("name", "code")
    search_fields = ("name", "code")
    fields = ("code", "name")

    def get_readonly_fields(self, request: HttpRequest, obj: PriceList | None = None) -> tuple[str, ...]:
        """Special terms name the list by its code, so it stays."""
        return ("code",) if obj else ()

    def carry_out(self, request: HttpRequest, form: ModelForm, *, change: bool) -> PriceList:
        """Define the list, or call it otherwise."""
        code = form.instance.code if change else form.cleaned_data["code"]
        return editing.price_list(actor=request.user, at=timezone.now(), code=code, name=form.cleaned_data["name"])


@admin.register(Meter)
class MeterAdmin(UseCaseAdmin):
    """What is measured. How a meter counts stays: invoices were reckoned by it."""

    added_only = True  # what is measured in another way gets a meter of its own
    list_display = ("code", "aggregation")
    search_fields = ("code",)
    fields = ("code", "aggregation")

    def carry_out(self, request: HttpRequest, form: ModelForm, *, change: bool) -> Meter:
        """Define the meter."""
        return meters.define(actor=request.user, at=timezone.now(), **form.cleaned_data)


class RateForm(ModelForm):
    """A rate in percent, as the law says it."""

    percent = forms.DecimalField(label=_("Percent"), min_value=0, max_value=99, max_digits=4, decimal_places=2)

    class Meta:
        model = TaxRate
        fields = ("country", "since", "source")


@admin.register(TaxRate)
class TaxRateAdmin(UseCaseAdmin):
    """Value added tax: the standard rate of each country by the day from which it holds. A change is a further row."""

    added_only = True  # what held from a day on is not changed afterwards
    form = RateForm
    list_display = ("country", "in_percent", "since", "source")
    list_filter = ("country",)
    search_fields = ("country",)
    ordering = ("country", "-since")
    fields = ("country", "percent", "since", "source")

    def get_fields(self, request: HttpRequest, obj: TaxRate | None = None) -> tuple[str, ...]:
        return ("country", "in_percent", "since", "source") if obj else self.fields

    def carry_out(self, request: HttpRequest, form: ModelForm, *, change: bool) -> TaxRate:
        """Say which rate holds from that day on."""
        given = dict(form.cleaned_data)
        given |= {"rate": given.pop("percent") / 100, "country": given["country"].upper()}
        return vat.define(actor=request.user, at=timezone.now(), **given)

    @admin.display(description=_("Percent"), ordering="rate")
    def in_percent(self, rate: TaxRate) -> str:
        """Write the rate as the law says it."""
        return f"{formats.figure((rate.rate * 100).normalize())} %"
