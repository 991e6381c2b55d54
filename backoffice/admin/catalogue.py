"""What is sold, for how much, and by whom. A plan's price changes by publishing a new version."""

from django import forms
from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.admin.base import LookingAdmin, UseCaseAdmin
from billing.catalog import plans, sellers
from billing.catalog.models import Charge, Plan, PlanVersion, Product
from billing.catalog.plans import ChargeTerms
from billing.contracts import sunset
from billing.invoices.models import LegalEntity, NumberSeries
from billing.periods import Interval
from billing.provisioning import fulfilling
from billing.provisioning.models import ProvisioningStep

MOST_HOLDERS = 100  # subscriptions that a page looks at
PRICE_OF = {"standard": "unit_price", "flat": "price"}  # what each charge model calls its price


@admin.register(LegalEntity)
class LegalEntityAdmin(UseCaseAdmin):
    """Who sells: the seller named on documents issued from now on."""

    list_display = ("name", "code", "country", "tax_id")

    def get_readonly_fields(self, request: HttpRequest, obj: LegalEntity | None = None) -> tuple[str, ...]:
        """The code names the seller in the books."""
        return ("code",) if obj else ()

    def carry_out(self, request: HttpRequest, form: ModelForm, *, change: bool) -> LegalEntity:
        """Define the seller."""
        given = {"code": form.instance.code} | form.cleaned_data
        return sellers.define(actor=request.user, at=timezone.now(), **given)


@admin.register(NumberSeries)
class NumberSeriesAdmin(LookingAdmin):
    """The last number of each series."""

    list_display = ("legal_entity", "code", "last_number")


@admin.register(Product)
class ProductAdmin(UseCaseAdmin):
    """Products. One that is given up gets its days here; whoever has it is told, with the successor."""

    list_display = ("name", "code", "unit_name", "stage", "renewal_ends_on")
    fields = (
        "code",
        "name",
        "description",
        "unit_name",
        "adds_to",
        "supply",
        "exempt_code",
        "exempt_reason",
        *sunset.ENDS,
        "successor",
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Product | None = None) -> tuple[str, ...]:
        """Contracts know the product by its code; who has it is looked at."""
        return ("code", "held_by") if obj else ()

    def get_fields(self, request: HttpRequest, obj: Product | None = None) -> tuple[str, ...]:
        return (*self.fields, "held_by") if obj else self.fields

    @admin.display(description=_("Who has it"))
    def held_by(self, product: Product) -> str:
        """The customers that have the product, each with the first day without it."""
        kept = Product.objects.get(pk=product.pk)  # as it is stored, not as a refused form would have it
        found = sunset.holders(kept, timezone.localdate(), among=MOST_HOLDERS)
        rows = [(held.subscription.customer, held.subscription.ref, self._until(held)) for held in found]
        return format_html_join("", "{} · {} · {}<br>", rows) or gettext("nobody")

    @staticmethod
    def _until(held: sunset.Holder) -> str:
        ends = gettext("until before %(day)s") % {"day": date_format(held.ends_on)} if held.ends_on else ""
        return ends or gettext("renewed")

    def carry_out(self, request: HttpRequest, form: ModelForm, *, change: bool) -> Product:
        """Define the product; with the days on which it ends, give it up."""
        given = {"code": form.instance.code} | form.cleaned_data
        ends = {name: given.pop(name) for name in (*sunset.ENDS, "successor")}
        product = plans.define_product(**given)
        if any(ends[name] for name in sunset.ENDS):
            sunset.give_up(actor=request.user, product=product, at=timezone.now(), **ends)
        return product


@admin.register(Plan)
class PlanAdmin(UseCaseAdmin):
    """Ways to buy a product."""

    list_display = ("name", "code", "product", "rank")
    list_select_related = ("product",)
    fields = ("product", "code", "name", "rank")

    def get_readonly_fields(self, request: HttpRequest, obj: Plan | None = None) -> tuple[str, ...]:
        """A plan stays its product's."""
        return ("product", "code") if obj else ()

    def carry_out(self, request: HttpRequest, form: ModelForm, *, change: bool) -> Plan:
        """Define the plan."""
        given = {"product": form.instance.product, "code": form.instance.code} if change else {}
        return plans.define_plan(**given | form.cleaned_data)


class VersionForm(ModelForm):
    """A plan's price from a day on, as one recurring charge."""

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

    class Meta:
        model = PlanVersion
        fields = ("plan", "currency", "effective_on", "trial_days")


@admin.register(PlanVersion)
class PlanVersionAdmin(UseCaseAdmin):
    """Prices, old and new. A version never changes once somebody uses it; publish the next one."""

    form = VersionForm
    list_display = ("plan", "number", "currency", "effective_on", "trial_days", "used")
    list_filter = ("currency", "used")
    list_select_related = ("plan",)
    fields = ("plan", "currency", "effective_on", "trial_days", "model", "price", "interval_unit", "billing")

    def has_change_permission(self, request: HttpRequest, obj: PlanVersion | None = None) -> bool:
        """Published is published."""
        return obj is None and super().has_change_permission(request, obj)

    def get_fields(self, request: HttpRequest, obj: PlanVersion | None = None) -> tuple[str, ...]:
        return ("plan", "number", "currency", "effective_on", "trial_days", "used") if obj else self.fields

    def carry_out(self, request: HttpRequest, form: ModelForm, *, change: bool) -> PlanVersion:
        """Publish the version."""
        given = dict(form.cleaned_data)
        model, price = given.pop("model"), str(given.pop("price"))
        charge = ChargeTerms(
            code="base",
            name=given["plan"].name,
            model=model,
            params={PRICE_OF[model]: price},
            interval=Interval(given.pop("interval_unit")),
            billing=given.pop("billing"),
        )
        return plans.publish_version(charges=[charge], **given)


@admin.register(ProvisioningStep)
class ProvisioningStepAdmin(UseCaseAdmin):
    """What has to be done for every order of a product, in this order, before it works."""

    list_display = ("product", "position", "name", "days", "active")
    list_filter = ("product", "active")
    list_select_related = ("product",)
    fields = ("product", "position", "name", "days", "active")

    def get_readonly_fields(self, request: HttpRequest, obj: ProvisioningStep | None = None) -> tuple[str, ...]:
        """A step stays its product's, at its place."""
        return ("product", "position") if obj else ()

    def carry_out(self, request: HttpRequest, form: ModelForm, *, change: bool) -> ProvisioningStep:
        """Define the step."""
        given = {"product": form.instance.product, "position": form.instance.position} if change else {}
        return fulfilling.define(actor=request.user, at=timezone.now(), **given | form.cleaned_data)
