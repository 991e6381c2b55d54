"""Macros and topics as managers write them: saving a macro writes its next version, what was written before stays."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from accounts.decisions import Refusal
from backoffice import views_shown
from backoffice.admin import wording
from backoffice.admin.base import LookingAdmin, UseCaseAdmin
from backoffice.admin.policies import for_each
from billing.anomalies.registry import DETECTORS
from support.channels.files import File
from support.desk import changes, macros, saved_views, topics
from support.desk.bulk_models import Bulk
from support.desk.changes import Change
from support.desk.filters import Filters
from support.desk.macro_models import Macro, MacroVersion, SavedView
from support.desk.macros import Contents
from support.desk.topic_models import Topic
from support.tickets.field_models import TicketField
from support.tickets.models import Ticket
from window.fields import FilesField

STAYS = ("", _("stays as it is"))
PLAIN = ("text", "internal", "status", "priority", "kind", "assignee")


class MacroForm(forms.ModelForm):
    """What the next version does."""

    label = forms.CharField(label=_("Name"), max_length=120, widget=UnfoldAdminTextInputWidget)
    text = forms.CharField(
        label=_("Words"), required=False, widget=UnfoldAdminTextareaWidget,
        help_text=_("{customer}, {requester}, {agent}, {ticket}, {subject}, {document}; an input is written {input:name}."),
    )  # fmt: skip
    internal = forms.BooleanField(label=_("Internal note"), required=False)
    inputs = forms.CharField(
        label=_("Inputs, one a line"), required=False, widget=UnfoldAdminTextareaWidget, help_text=_("day: Day of the call")
    )
    status = forms.ChoiceField(
        label=_("Status"), required=False, widget=UnfoldAdminSelectWidget,
        choices=[STAYS, *((status, Ticket.Status(status).label) for status in changes.STATUSES)],
    )  # fmt: skip
    priority = forms.ChoiceField(
        label=_("Priority"), required=False, widget=UnfoldAdminSelectWidget, choices=[STAYS, *Ticket.Priority.choices]
    )
    kind = forms.ChoiceField(
        label=_("About"), required=False, widget=UnfoldAdminSelectWidget, choices=[STAYS, *Ticket.Kind.choices]
    )
    assignee = forms.ChoiceField(
        label=_("Stands with"), required=False, widget=UnfoldAdminSelectWidget,
        choices=[STAYS, (changes.ME, _("whoever uses it")), (changes.NOBODY, _("nobody"))],
    )  # fmt: skip
    add_tags = forms.CharField(label=_("Add tags"), required=False, widget=UnfoldAdminTextInputWidget)
    remove_tags = forms.CharField(label=_("Take tags off"), required=False, widget=UnfoldAdminTextInputWidget)
    filled = forms.CharField(label=_("Fields to fill in, one a line"), required=False, widget=UnfoldAdminTextareaWidget)
    files = FilesField(label=_("Files; new ones take the place of those before"))

    class Meta:
        model = Macro
        fields = ("code", "position", "active")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        latest = self.instance.versions.order_by("-number").first() if self.instance.pk else None
        if latest:
            change = Change.read(latest.change)
            self.initial |= {"label": latest.label} | {name: getattr(change, name) for name in PLAIN}
            self.initial |= {name: ", ".join(getattr(change, name)) for name in ("add_tags", "remove_tags")}
            self.initial["inputs"] = "\n".join(f"{one['name']}: {one['label']}" for one in latest.inputs)
            self.initial["filled"] = "\n".join(f"{code}: {value}".strip() for code, value in change.fields.items())
        known = "; ".join(_known(field) for field in TicketField.objects.asked())
        words = _("Its code, a colon and the value; nothing behind the colon takes the value off. %(known)s")
        self.fields["filled"].help_text = words % {"known": known}

    def clean_filled(self) -> dict[str, str]:
        """Fields are written one a line, and every value fits its field."""
        lines = [line.partition(":") for line in self.cleaned_data["filled"].splitlines() if line.strip()]
        given = {code.strip(): value.strip() for code, _colon, value in lines}
        try:
            macros.check_fields(given)
        except Refusal as refusal:
            raise forms.ValidationError(refusal.reason, code=refusal.code) from None
        return given

    def contents(self) -> Contents:
        """Return what was written."""
        given = self.cleaned_data
        tags = {name: changes.tags_of(given[name]) for name in ("add_tags", "remove_tags")}
        lines = [line.partition(":") for line in given["inputs"].splitlines() if line.strip()]
        inputs = {name.strip(): label.strip() or name.strip() for name, _colon, label in lines}
        return Contents(given["label"], Change(**{name: given[name] for name in PLAIN}, **tags, fields=given["filled"]), inputs)


def _known(field: TicketField) -> str:
    """Return how a field is written, and what it may be where it is one of several."""
    options = ", ".join(code for code, _label in field.choices)
    return f"{field.code} ({field.name}: {options})" if options else f"{field.code} ({field.name})"


@admin.register(Macro)
class MacroAdmin(UseCaseAdmin):
    """Changes to tickets that are written down, with how often each is used."""

    form = MacroForm
    list_display = ("code", "label", "version", "used", "position", "active")
    ordering = ("position", "code")
    fields = (
        "code", "position", "active", "label", *PLAIN[:2], "inputs", *PLAIN[2:], "add_tags", "remove_tags", "filled", "files",
    )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Macro | None = None) -> tuple[str, ...]:
        """Links lead to the code, so it stays."""
        return ("code",) if obj else ()

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> Macro:
        """Write the next version."""
        given = form.cleaned_data
        version = macros.write(
            actor=request.user, code=form.instance.code if change else given["code"], contents=form.contents(),
            attached=[File(*file) for file in given["files"]], position=given["position"], active=given["active"],
            at=timezone.now(),
        )  # fmt: skip
        return version.macro

    @admin.display(description=_("Name"))
    def label(self, macro: Macro) -> str:
        """Name it."""
        return self._latest(macro).label

    @admin.display(description=_("Version"))
    def version(self, macro: Macro) -> int:
        """Write the number of the version in force."""
        return self._latest(macro).number

    @admin.display(description=_("Used"))
    def used(self, macro: Macro) -> int:
        """Count its uses, whatever the version."""
        return sum(version.uses.count() for version in macro.versions.all())

    def _latest(self, macro: Macro) -> MacroVersion:
        return macro.versions.order_by("-number")[0]


class TopicForm(forms.ModelForm):
    """A topic; its words are written one a line."""

    detector = forms.ChoiceField(label=_("Billing error"), required=False, widget=UnfoldAdminSelectWidget)
    words = forms.CharField(label=_("Words that tell it, one a line"), required=False, widget=UnfoldAdminTextareaWidget)

    class Meta:
        model = Topic
        fields = ("code", "label", "detector", "words", "position", "active")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["detector"].choices = [("", _("none")), *((one.code, one.label) for one in DETECTORS)]
        if self.instance.pk:
            self.initial["words"] = "\n".join(self.instance.words)

    def clean_words(self) -> list[str]:
        """Words are written one a line."""
        return [line.strip() for line in self.cleaned_data["words"].splitlines() if line.strip()]


@admin.register(Topic)
class TopicAdmin(UseCaseAdmin):
    """What customers ask about, as it is counted by day."""

    form = TopicForm
    list_display = ("code", "label", wording.column("detector", _("Billing error"), wording.detectors), "position", "active")
    ordering = ("position", "code")

    def get_readonly_fields(self, request: HttpRequest, obj: Topic | None = None) -> tuple[str, ...]:
        """Tickets stand under the code, so it stays."""
        return ("code",) if obj else ()

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> Topic:
        """Say how the topic is known."""
        given = {name: form.cleaned_data[name] for name in ("label", "detector", "words", "position", "active")}
        code = form.instance.code if change else form.cleaned_data["code"]
        return topics.define(actor=request.user, code=code, at=timezone.now(), **given)


@admin.register(SavedView)
class SavedViewAdmin(LookingAdmin):
    """Views of the list of tickets that are shared with all who work there; kept and shared on that list, taken away here too."""

    list_display = ("name", "owner", "shown", "position")
    list_select_related = ("owner",)
    search_fields = ("name", "owner__email")
    ordering = ("position", "name", "pk")
    actions = ("take_away",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[SavedView]:
        """Leave out what people keep for themselves."""
        return super().get_queryset(request).filter(shared=True)

    @admin.display(description=_("Tickets"))
    def shown(self, view: SavedView) -> SafeString:
        """Lead to the list as the view narrows it."""
        return format_html('<a href="{}">{}</a>', views_shown.address(Filters.read(view.filters)), _("Open the list"))

    @admin.action(description=_("Take away"))
    def take_away(self, request: HttpRequest, chosen: QuerySet[SavedView]) -> None:
        """Take the chosen ones away from everybody."""
        for_each(self, request, chosen, lambda view: saved_views.remove(actor=request.user, view=view))


@admin.register(Bulk)
class BulkAdmin(LookingAdmin):
    """What was changed in many tickets at once."""

    list_display = ("pk", "made_by", "made_at", "problem", "undone_at")
    list_select_related = ("made_by", "problem")
