"""Skills: what kinds of tickets ask for, and who can do what."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from backoffice.admin.base import LookingAdmin, UseCaseAdmin
from support.tickets import skills
from support.tickets.skill_models import SkillHeld, SkillNeed


@admin.register(SkillNeed)
class SkillNeedAdmin(UseCaseAdmin):
    """What tickets of a kind ask of the agent they are given to."""

    list_display = ("kind", "certificate", "set_by", "set_at")
    fields = ("kind", "certificate")

    def get_readonly_fields(self, request: HttpRequest, obj: SkillNeed | None = None) -> tuple[str, ...]:
        """The kind names the need; it stays."""
        return ("kind",) if obj else ()

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> SkillNeed:
        """Say what the kind asks for."""
        kind = form.instance.kind
        return skills.need(actor=request.user, kind=kind, certificate=form.cleaned_data["certificate"], at=timezone.now())


@admin.register(SkillHeld)
class SkillHeldAdmin(LookingAdmin):
    """Who can do what, and could; given and taken back on the page Skills."""

    list_display = ("user", "kind", "since", "until", "given_by")
    list_filter = ("kind",)
