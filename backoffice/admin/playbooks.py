"""Playbooks as managers write them: saving writes the next version, what was written before stays."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from backoffice.admin.base import LookingAdmin, UseCaseAdmin
from billing.anomalies.registry import DETECTORS
from support.remedies.kinds import REMEDIES
from support.remedies.playbooks import criteria, editing
from support.remedies.playbooks.editing import Contents
from support.remedies.playbooks.models import Playbook, PlaybookVersion, PracticeRun

LINES = ("words", "criteria", "remedies", "follow_ups")


class PlaybookForm(forms.ModelForm):
    """What the next version says; lists are written one a line."""

    title = forms.CharField(label=_("Problem"), max_length=120, widget=UnfoldAdminTextInputWidget)
    detector = forms.ChoiceField(label=_("Billing error"), required=False, widget=UnfoldAdminSelectWidget)
    words = forms.CharField(label=_("Words that tell it, one a line"), required=False, widget=UnfoldAdminTextareaWidget)
    criteria = forms.CharField(label=_("Criteria, one a line"), required=False, widget=UnfoldAdminTextareaWidget)
    remedies = forms.CharField(label=_("Remedies, the first to try first, one a line"), widget=UnfoldAdminTextareaWidget)
    reply_text = forms.CharField(label=_("What the customer reads"), widget=UnfoldAdminTextareaWidget)
    follow_ups = forms.CharField(label=_("What is done afterwards, one a line"), required=False, widget=UnfoldAdminTextareaWidget)

    class Meta:
        model = Playbook
        fields = ("code", "position", "active")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["detector"].choices = [("", _("none")), *((one.code, one.label) for one in DETECTORS)]
        self.fields["remedies"].help_text = ", ".join(REMEDIES)
        self.fields["criteria"].help_text = ", ".join(criteria.CRITERIA)
        latest = self.instance.versions.order_by("-number").first() if self.instance.pk else None
        for name in ("title", "detector", "reply_text") if latest else ():
            self.initial[name] = getattr(latest, name)
        for name in LINES if latest else ():
            self.initial[name] = "\n".join(getattr(latest, name))

    def contents(self) -> Contents:
        """Return what was written."""
        given = self.cleaned_data
        lists = {name: [line.strip() for line in given[name].splitlines() if line.strip()] for name in LINES}
        return Contents(title=given["title"], reply_text=given["reply_text"], detector=given["detector"], **lists)


@admin.register(Playbook)
class PlaybookAdmin(UseCaseAdmin):
    """Known problems and how they are put right."""

    form = PlaybookForm
    list_display = ("code", "title", "version", "position", "active")
    ordering = ("position", "code")
    fields = ("code", "position", "active", "title", "detector", *LINES[:3], "reply_text", "follow_ups")

    def get_readonly_fields(self, request: HttpRequest, obj: Playbook | None = None) -> tuple[str, ...]:
        """Links lead to the code, so it stays."""
        return ("code",) if obj else ()

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> Playbook:
        """Write the next version."""
        given = form.cleaned_data
        version = editing.write(
            actor=request.user, code=form.instance.code if change else given["code"], contents=form.contents(),
            position=given["position"], active=given["active"], at=timezone.now(),
        )  # fmt: skip
        return version.playbook

    @admin.display(description=_("Problem"))
    def title(self, playbook: Playbook) -> str:
        """Name the problem."""
        return self._latest(playbook).title

    @admin.display(description=_("Version"))
    def version(self, playbook: Playbook) -> int:
        """Write the number of the version in force."""
        return self._latest(playbook).number

    def _latest(self, playbook: Playbook) -> PlaybookVersion:
        return playbook.versions.order_by("-number")[0]


@admin.register(PracticeRun)
class PracticeRunAdmin(LookingAdmin):
    """How our people practised."""

    list_display = ("person", "version", "score", "solved_at")
    list_filter = ("version",)
    list_select_related = ("person", "version")
