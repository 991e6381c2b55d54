"""Trying rules: a page that says who would move tonight by what was written, and keeps it or not."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldBooleanWidget

from accounts.decisions import Refusal
from accounts.segments.facts import FACTS
from backoffice.admin.base import UseCaseAdmin


class OnlyTried(Refusal):
    """What was written was only to be tried; the reason says who would have moved."""

    code = "only_tried"


class TriedForm(forms.ModelForm):
    """A form that can be tried without keeping what it says; which facts its rule may ask stands beside the rule."""

    rule = ""
    only_try = forms.BooleanField(
        label=_("Only try it: say who would move tonight, keep nothing"), required=False, widget=UnfoldBooleanWidget
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        facts = ", ".join(f"{fact.code} ({fact.label})" for fact in FACTS.values())
        words = _("One line a condition, such as tier is gold, or nodes >= 10. Facts: %(facts)s")
        self.fields[self.rule].help_text = words % {"facts": facts}


class TriedAdmin(UseCaseAdmin):
    """A page whose rules can be tried, and that says after keeping them who moves tonight."""

    def tell_or_try(self, request: HttpRequest, form: forms.ModelForm, found: str) -> None:
        """Say what was found of who would move tonight by what was just written; when it was only to be tried, keep nothing.

        Raises:
            OnlyTried: it was; the page shows the reason and what was typed.
        """
        if form.cleaned_data["only_try"]:
            raise OnlyTried(gettext("Nothing was kept. {found}").format(found=found))
        messages.info(request, found)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
        """Say of what was only tried what was found as a message: nothing was wrong with it."""
        if isinstance(tried := getattr(request, "refusal", None), OnlyTried):
            messages.info(request, tried.reason)
            context["adminform"].form.errors.pop(NON_FIELD_ERRORS, None)
            context["errors"] = None
        return super().render_change_form(request, context, *args, **kwargs)
