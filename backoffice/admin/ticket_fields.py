"""Fields of tickets as managers set them; what was asked before stands in the history."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from backoffice.admin.base import UseCaseAdmin
from support.tickets import field_setting
from support.tickets.field_models import TicketField

ASKED = ("kind", "label", "label_de", "hint", "hint_de", "type", "customers", "needed", "position", "retired")


class TicketFieldForm(forms.ModelForm):
    """What a field asks; its options are written one a line."""

    options = forms.CharField(
        label=_("Options, one a line"), required=False, widget=UnfoldAdminTextareaWidget,
        help_text=_("router: Router | Router-Gerät. A “-” before the line retires an option: tickets that have it keep it."),
    )  # fmt: skip

    class Meta:
        model = TicketField
        fields = ("code", *ASKED[:6], "options", *ASKED[6:])

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk:
            self.initial["options"] = field_setting.options_written(self.instance.options)


@admin.register(TicketField)
class TicketFieldAdmin(UseCaseAdmin):
    """What else is asked about tickets of a kind."""

    form = TicketFieldForm
    list_display = ("code", "label", "kind", "type", "customers", "needed", "position", "retired")
    list_filter = ("kind", "retired")
    ordering = ("position", "code")
    fields = TicketFieldForm.Meta.fields

    def get_readonly_fields(self, request: HttpRequest, obj: TicketField | None = None) -> tuple[str, ...]:
        """Values stand on tickets under the code, so it stays."""
        return ("code",) if obj else ()

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> TicketField:
        """Say what the field asks."""
        given = form.cleaned_data
        asked = field_setting.Asked(options=field_setting.options_in(given["options"]), **{name: given[name] for name in ASKED})
        code = form.instance.code if change else given["code"]
        return field_setting.set_field(actor=request.user, code=code, asked=asked, at=timezone.now())
