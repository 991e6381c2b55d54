"""What happens to whole customers: duplicates, merges, splits, moves and other changes, addresses, hand-overs, imports.

Each is asked for by one and decided by another where it must be; the buttons over the lists are the use cases of the pages.
"""

from collections.abc import Callable
from datetime import date
from functools import partial
from types import ModuleType
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.customers import addresses
from accounts.customers.models import Address, Customer, Handover
from accounts.people import handovers
from accounts.quality import candidates, changes, merging, positions, split_parts, splitting, staging
from accounts.quality.models import Candidate, ChangeRequest, Merge, StagedImport
from accounts.quality.split_models import Split
from backoffice import places
from backoffice.admin.base import LookingAdmin, UseCaseAdmin
from backoffice.admin.policies import for_each

ALL = "all"


class AskedAdmin(UseCaseAdmin):
    """Rows that somebody asks for and others decide on by the buttons over the list; nothing of them is edited."""

    added_only = True  # what was asked for is decided, not edited

    def decide(self, request: HttpRequest, chosen: QuerySet[Any], act: Callable[..., object], name: str, **more: str) -> None:
        """Call a use case for each row that was chosen; it takes the row under `name`."""
        said = {"actor": request.user, "at": timezone.now()} | more
        for_each(self, request, chosen, lambda row: act(**{name: row}, **said))


class DecidedAdmin(AskedAdmin):
    """What one asks for and another decides on: the buttons call the use cases in `cases`, which take the row as `noun`."""

    cases: ModuleType
    noun: str

    @admin.action(description=_("Approve (a second person)"))
    def approve(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        """Let what was chosen happen, on its day where it has one."""
        self.decide(request, chosen, self.cases.approve, self.noun)

    @admin.action(description=_("Refuse"))
    def refuse(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        """Decide against it."""
        self.decide(request, chosen, self.cases.refuse, self.noun, reason="")

    @admin.action(description=_("Withdraw"))
    def withdraw(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        """Take it back before its day."""
        self.decide(request, chosen, self.cases.withdraw, self.noun)

    @admin.action(description=_("Undo"))
    def undo(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        """Bring back how it was."""
        self.decide(request, chosen, self.cases.undo, self.noun)

    @admin.display(description=_("What it changes"))
    def told(self, asked: Any) -> SafeString:
        """Show what the deciding person is shown."""
        sentences = ((sentence,) for told in asked.effects.values() for sentence in told)
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", sentences))


@admin.register(Candidate)
class CandidateAdmin(LookingAdmin):
    """Pairs that may be one customer, the likeliest first."""

    list_display = ("a", "b", "score", "status", "decided_by", "note")
    list_filter = ("status",)
    list_select_related = ("a", "b", "decided_by")
    ordering = ("-score", "pk")
    actions = ("dismiss",)

    @admin.action(description=_("They are two customers"))
    def dismiss(self, request: HttpRequest, chosen: QuerySet[Candidate]) -> None:
        """Remember that each pair is not one."""
        act = partial(candidates.dismiss, actor=request.user, note="", at=timezone.now())
        for_each(self, request, chosen, lambda row: act(candidate=row))


@admin.register(Merge)
class MergeAdmin(DecidedAdmin):
    """Merges: any customer into any other, asked for by one and decided by another, undone as a whole."""

    cases, noun = merging, "merge"
    list_display = ("retired", "survivor", "status", "asked_by", "decided_by", "note")
    list_filter = ("status",)
    list_select_related = ("retired", "survivor", "asked_by", "decided_by")
    autocomplete_fields = ("retired", "survivor")
    ordering = ("-asked_at",)
    actions = ("approve", "refuse", "undo")

    def get_fields(self, request: HttpRequest, obj: Merge | None = None) -> tuple[str, ...]:
        return (*(("retired", "survivor", "note")), *(("status", "asked_by", "decided_by", "told") if obj else ()))

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> Merge:
        """Ask for it."""
        return merging.ask(actor=request.user, at=timezone.now(), **form.cleaned_data)


class SplitForm(forms.ModelForm):
    """A split; what goes along in lines."""

    parts_text = forms.CharField(label=_("What goes along"), widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}))

    class Meta:
        model = Split
        fields = ("customer", "name", "effective_on")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "parts_text" in self.fields:
            parts = ", ".join(f"{code} ({part.label})" for code, part in split_parts.every().items())
            self.fields["parts_text"].help_text = _(
                "One kind a line, with all of it or with numbers: contracts: all. Kinds: {kinds}. What there is, and what it "
                "would change, stands on the customer's page under Split."
            ).format(kinds=parts)

    def clean(self) -> dict[str, Any]:
        """Read the lines as parts of the customer."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if customer := given.get("customer"):
            given["parts"] = dict(self._line(line, customer) for line in given.pop("parts_text", "").splitlines() if line.strip())
        return given

    def _line(self, line: str, customer: Customer) -> tuple[str, list[int]]:
        code, _colon, said = (piece.strip() for piece in line.partition(":"))
        part = split_parts.every().get(code)
        if part is None:
            self.add_error("parts_text", _("There is no kind of part called {code}.").format(code=code[:60]))
            return code, []
        if said == ALL:
            return code, [piece.key for piece in part.pieces(customer)]
        numbers = [number.strip() for number in said.split(",")]
        if not all(number.isascii() and number.isdigit() and len(number) < 19 for number in numbers):
            self.add_error("parts_text", _("Write all, or numbers with commas between them, behind {code}:").format(code=code))
            return code, []
        return code, [int(number) for number in numbers]


@admin.register(Split)
class SplitAdmin(DecidedAdmin):
    """Splits: a part of a customer becomes a customer of its own, by two persons, from a day on, and back as a whole."""

    form = SplitForm
    cases, noun = splitting, "split"
    list_display = ("customer", "name", "effective_on", "status", "made", "asked_by", "decided_by")
    list_filter = ("status",)
    list_select_related = ("customer", "made", "asked_by", "decided_by")
    autocomplete_fields = ("customer",)
    ordering = ("-asked_at",)
    actions = ("approve", "refuse", "withdraw", "undo")

    def get_fields(self, request: HttpRequest, obj: Split | None = None) -> tuple[str, ...]:
        first = ("customer", "name", "effective_on")
        return (*first, "status", "made", "asked_by", "decided_by", "note", "told") if obj else (*first, "parts_text")

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> Split:
        """Ask for it."""
        given = dict(form.cleaned_data)
        return splitting.ask(actor=request.user, on=given.pop("effective_on"), at=timezone.now(), **given)


@admin.register(ChangeRequest)
class ChangeRequestAdmin(DecidedAdmin):
    """Changes asked for: places in the tree, which our people decide, and details, which the customer's own people decide."""

    cases, noun = changes, "request"
    list_display = ("customer", "what", "place", "effective_on", "status", "asked_by", "decided_by", "note")
    list_filter = ("what", "status")
    list_select_related = ("customer", "place", "asked_by", "decided_by")
    autocomplete_fields = ("customer", "place")
    ordering = ("-asked_at",)
    actions = ("approve", "refuse", "withdraw", "undo")

    def get_fields(self, request: HttpRequest, obj: ChangeRequest | None = None) -> tuple[str, ...]:
        if obj:
            return ("customer", "what", "before", "after", "effective_on", "status", "asked_by", "decided_by", "note", "told")
        return ("customer", "place", "effective_on")

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:
        """Ask for a place; without one the customer shall stand at the top."""
        form = super().get_form(request, obj, change=change, **kwargs)
        if "place" in form.base_fields:
            form.base_fields["place"].label = _("New customer above")
            form.base_fields["place"].required = False
            form.base_fields["place"].help_text = _("Empty: it becomes a group of its own.")
        return form

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> ChangeRequest:
        """Ask for the place; a second person decides."""
        given = form.cleaned_data
        above = given["place"].number if given["place"] else positions.TOP
        asked = {"customer": given["customer"], "what": ChangeRequest.What.POSITION, "effective_on": given["effective_on"]}
        return changes.ask(actor=request.user, at=timezone.now(), **asked, parent=above)

    @admin.action(description=_("Undo the move"))
    def undo(self, request: HttpRequest, chosen: QuerySet[ChangeRequest]) -> None:
        """Put what was moved back."""
        self.decide(request, chosen, positions.undo, self.noun)


@admin.register(Address)
class AddressAdmin(AskedAdmin):
    """Where invoices, deliveries and visits go, and on which days; those of days gone by stay."""

    list_display = ("customer", "purpose", "attention", "street", "postcode", "city", "country", "since", "until", "set_by")
    list_filter = ("purpose",)
    list_select_related = ("customer", "set_by")
    search_fields = ("customer__name", "customer__number", "street", "city")
    autocomplete_fields = ("customer",)
    ordering = ("customer", "purpose", "-since")
    fields = ("customer", "purpose", "attention", "street", "postcode", "city", "country", "since", "until")
    actions = ("end",)

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> Address:
        """Keep it for its days."""
        return addresses.keep(actor=request.user, at=timezone.now(), **form.cleaned_data)

    @admin.action(description=_("End today"))
    def end(self, request: HttpRequest, chosen: QuerySet[Address]) -> None:
        """Let what was chosen hold no more from today."""
        self.decide(request, chosen.select_related("customer"), _ended_today, "address")


def _ended_today(*, address: Address, **said: Any) -> Address:
    on: date = places.today(address.customer)
    addresses.end(address=address, on=on, **said)
    return address


@admin.register(Handover)
class HandoverAdmin(DecidedAdmin):
    """Who pays or receives for a whole subtree: asked for by one manager, decided by another, undone as a whole."""

    cases, noun = handovers, "handover"
    list_display = ("customer", "role", "responsible", "since", "status", "asked_by", "decided_by", "undone_at")
    list_filter = ("status",)
    list_select_related = ("customer", "responsible", "asked_by", "decided_by")
    autocomplete_fields = ("customer", "responsible")
    ordering = ("-asked_at",)
    fields = ("customer", "role", "responsible", "since")
    actions = ("approve", "refuse", "withdraw", "undo")

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> Handover:
        """Ask for it, for the customer and all below it."""
        return handovers.ask(actor=request.user, at=timezone.now(), **form.cleaned_data)


@admin.register(StagedImport)
class StagedImportAdmin(AskedAdmin):
    """Imports that were too poor for their gate."""

    list_display = ("name", "score", "gate", "status", "staged_at", "decided_by")
    list_filter = ("status",)
    list_select_related = ("decided_by",)
    ordering = ("-staged_at",)
    fields = ("name", "score", "gate", "faults", "status", "staged_at", "decided_by")
    actions = ("release", "drop")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Imports come by file."""
        return False

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> StagedImport:
        """Keep it as it is: what was staged goes live or is dropped."""
        return form.instance

    @admin.action(description=_("Let it go live"))
    def release(self, request: HttpRequest, chosen: QuerySet[StagedImport]) -> None:
        """Import it as it is."""
        self.decide(request, chosen, staging.release, "staged")

    @admin.action(description=_("Drop"))
    def drop(self, request: HttpRequest, chosen: QuerySet[StagedImport]) -> None:
        """Let it never go live."""
        self.decide(request, chosen, staging.drop, "staged")
