"""The customer tree as a tree: one group at a time, moved by dragging, changed by the use cases that every screen calls."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from mptt.admin import DraggableMPTTAdmin

from accounts.customers import details, kinds, responsibilities, retirement, tree
from accounts.customers.models import Customer, CustomerKind, Responsibility
from accounts.decisions import Refusal
from accounts.people import owners
from accounts.quality import changes, positions
from backoffice import places
from backoffice.admin.base import UseCaseAdmin

FACTS = (
    "name", "legal_name", "country", "tax_id", "lei", "email", "phone", "street", "postcode", "city",
    "language", "currency", "timezone", "tier", "stage", "external_id", "cost_centre",
)  # fmt: skip


@admin.register(CustomerKind)
class CustomerKindAdmin(UseCaseAdmin):
    """What a node may be and where it may stand."""

    list_display = ("label", "code", "may_be_root", "carries_legal_data")
    filter_horizontal = ("allowed_parents",)

    def get_readonly_fields(self, request: HttpRequest, obj: CustomerKind | None = None) -> tuple[str, ...]:
        """A code in use stays."""
        return ("code",) if obj else ()

    def carry_out(self, request: HttpRequest, form: ModelForm, *, change: bool) -> CustomerKind:
        """Define the kind."""
        given = {"code": form.instance.code} | form.cleaned_data
        return kinds.define(actor=request.user, at=timezone.now(), **given)


@admin.register(Customer)
class CustomerAdmin(DraggableMPTTAdmin, UseCaseAdmin):
    """The groups; with one chosen, its tree."""

    expand_tree_by_default = True
    list_display = ("tree_actions", "indented_title", "kind", "number", "tier", "whole_group")
    list_display_links = ("indented_title",)
    list_filter = ("tier", "kind")
    search_fields = ("name", "number", "ref", "legal_name")
    autocomplete_fields = ("parent",)
    fieldsets = (
        (None, {"fields": ("parent", "kind", "ref", *FACTS[:2])}),
        (_("Legal"), {"fields": ("country", "tax_id", "lei")}),
        (_("Address"), {"fields": ("street", "postcode", "city", "email", "phone")}),
        (_("How we serve it"), {"fields": FACTS[10:]}),
    )

    @admin.display(description=_("Place"))
    def tree_actions(self, item: Customer) -> SafeString:
        """Give the handle by which a row is dragged."""
        return super().tree_actions(item)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        """Show the roots, or the whole group that was chosen: never all trees at once."""
        found = super().get_queryset(request).select_related("kind", "parent")
        listing = request.resolver_match and request.resolver_match.url_name == "accounts_customer_changelist"
        if listing and request.method == "GET" and not {"tree_id__exact", "q"} & set(request.GET):
            return found.filter(parent=None)
        return found

    def label_of(self, row: Customer) -> str:
        """Write number and place beside the name: two customers may share it."""
        place = _("below {parent}").format(parent=row.parent.name) if row.parent else row.city
        return " · ".join(part for part in (row.name, row.number, place) if part)

    def get_fieldsets(self, request: HttpRequest, obj: Customer | None = None) -> Any:
        """Ask for no fact that is retired."""
        retired = retirement.names()
        return [
            (title, {"fields": tuple(name for name in shown["fields"] if name not in retired)}) for title, shown in self.fieldsets
        ]

    def get_form(self, request: HttpRequest, obj: Customer | None = None, change: bool = False, **kwargs: Any) -> type[ModelForm]:
        """Ask for no name in other systems where there is none: it is then known to them by its own number."""
        form: type[ModelForm] = super().get_form(request, obj, change=change, **kwargs)
        if "ref" in form.base_fields:
            form.base_fields["ref"].required = False
            form.base_fields["ref"].help_text = _("The name other systems use; imports repeat by it. Empty: its own number.")
        return form

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Choosing a group is allowed."""
        return lookup == "tree_id__exact" or super().lookup_allowed(lookup, value, request)

    def get_readonly_fields(self, request: HttpRequest, obj: Customer | None = None) -> tuple[str, ...]:
        """An existing node keeps its kind and ref, and is moved in the tree."""
        return ("parent", "kind", "ref") if obj else ()

    def carry_out(self, request: HttpRequest, form: ModelForm, *, change: bool) -> Customer:
        """Add the customer, or change its facts."""
        given = form.cleaned_data
        facts = {name: given[name] for name in FACTS if name in given and (change or given[name])}
        if change:
            return details.change(actor=request.user, customer=form.instance, at=timezone.now(), **facts)
        return tree.add(
            actor=request.user,
            parent=given["parent"],
            kind=given["kind"].pk,
            ref=given["ref"] or None,
            at=timezone.now(),
            **facts,
        )

    def _move_node(self, request: HttpRequest) -> HttpResponse:
        """Ask for the place something was dragged to, by the use case, and say what comes of it."""
        try:
            dragged = self.get_queryset(request).get(pk=request.POST.get("cut_item"))
            onto = self.get_queryset(request).get(pk=request.POST.get("pasted_on"))
            under = onto if request.POST.get("position") == "last-child" else onto.parent
            self._ask_for(request, dragged, under)
        except (Customer.DoesNotExist, TypeError, ValueError):
            self.message_user(request, _("That customer is no longer there; look again."), level=messages.ERROR)
            return HttpResponse("FAIL")
        except Refusal as refusal:
            self.message_user(request, refusal.reason, level=messages.ERROR)
            return HttpResponse("FAIL")
        return HttpResponse("OK")

    def _ask_for(self, request: HttpRequest, dragged: Customer, under: Customer | None) -> None:
        given = {"parent": under.number if under else positions.TOP, "effective_on": places.today(dragged)}
        asked = changes.ask(actor=request.user, customer=dragged, what="position", at=timezone.now(), **given)
        words = _('{name} is to be moved; a second person decides. <a href="{url}">What it changes</a>')
        address = reverse("backoffice:position", args=[asked.pk])
        self.message_user(request, format_html(words, name=dragged, url=address))

    @admin.display(description=_("Group"))
    def whole_group(self, node: Customer) -> SafeString:
        """Link to the whole tree the node stands in."""
        address = f"{reverse('admin:accounts_customer_changelist')}?tree_id__exact={node.tree_id}"
        return format_html('<a href="{}">{}</a>', address, _("Open the tree"))


@admin.register(Responsibility)
class ResponsibilityAdmin(UseCaseAdmin):
    """Who pays, who receives the documents, and who of us owns what, from which day on."""

    added_only = True  # a responsibility is followed by another, not edited
    list_display = ("customer", "role", "responsible", "person", "since", "until")
    list_filter = ("role",)
    list_select_related = ("customer", "responsible", "person")
    autocomplete_fields = ("customer", "responsible", "person")
    fields = ("customer", "role", "responsible", "person", "since")

    def carry_out(self, request: HttpRequest, form: ModelForm, *, change: bool) -> Responsibility:
        """Name who answers from that day on: a customer, or as an owner one of our people."""
        given: dict[str, Any] = form.cleaned_data
        person, responsible = given.pop("person"), given.pop("responsible")
        said = {"actor": request.user, "at": timezone.now(), **given}
        if given["role"] in Responsibility.OF_PEOPLE:
            return owners.name(person=_said(person), **said)
        return responsibilities.set_responsible(responsible=_said(responsible), **said)


def _said(who: Any) -> Any:
    if who is None:
        raise Refusal(_("Payer and receiver are customers, owners are our own people: name the one that fits the role."))
    return who
