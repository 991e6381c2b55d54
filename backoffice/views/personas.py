"""The portal as a customer of a kind sees it: read-only, and without any customer's data."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from accounts.people import access
from accounts.people.routes import declares
from backoffice import personas_shown
from backoffice.forms.personas import PersonaForm


@declares(access.STEER)
@require_GET
def persona(request: HttpRequest) -> HttpResponse:
    """Show menu, prices and charter of a persona, in its language."""
    form = PersonaForm(request.GET or None)
    context: dict[str, object] = {"form": form, "preview": ""}
    if form.is_valid():
        given = dict(form.cleaned_data)
        with translation.override(given.pop("language")):
            shown = personas_shown.of(on=timezone.now().date(), **given)
            page = render_to_string("backoffice/policies/_persona.html", shown | {"persona": given}, request)
        context |= {"preview": mark_safe(page), "language": form.cleaned_data["language"]}  # noqa: S308 # rendered by our own template
    return render(request, "backoffice/policies/persona.html", context)
