"""What is sold and by whom. What it costs: prices.py."""

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.admin.base import LookingAdmin, UseCaseAdmin
from billing.catalog import editing, sellers
from billing.catalog.models import Plan, Product
from billing.contracts import sunset
from billing.invoices.models import LegalEntity, NumberSeries
from billing.provisioning import fulfilling
from billing.provisioning.models import ProvisioningStep

MOST_HOLDERS = 100  # subscriptions that a page looks at


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
        product = editing.product(actor=request.user, at=timezone.now(), **given)
        if any(ends[name] for name in sunset.ENDS):
            sunset.give_up(actor=request.user, product=product, at=timezone.now(), **ends)
        return product


@admin.register(Plan)
class PlanAdmin(UseCaseAdmin):
    """Ways to buy a product."""

    list_display = ("name", "code", "product", "rank", "next_price")
    list_select_related = ("product",)
    fields = ("product", "code", "name", "rank")

    def get_readonly_fields(self, request: HttpRequest, obj: Plan | None = None) -> tuple[str, ...]:
        """A plan stays its product's."""
        return ("product", "code") if obj else ()

    def carry_out(self, request: HttpRequest, form: ModelForm, *, change: bool) -> Plan:
        """Define the plan."""
        given = {"product": form.instance.product, "code": form.instance.code} if change else {}
        return editing.plan(actor=request.user, at=timezone.now(), **given | form.cleaned_data)

    @admin.display(description=_("Its price"))
    def next_price(self, plan: Plan) -> SafeString:
        """Lead to a price version that begins with what the latest one says."""
        address = f"{reverse('admin:billing_planversion_add')}?plan={plan.pk}"
        return format_html('<a href="{}">{}</a>', address, _("Publish the next price"))


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
