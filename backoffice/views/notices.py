"""The notices of one of our own people: how and when they are told."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.people import access
from accounts.people.routes import declares
from support.notices import groups, preferences
from support.notices.models import Way
from window.refusals import refusals_shown_on
from window.telling import TellingForm

WAYS: Final = (
    (Way.MAIL.value, gettext_lazy("by mail at once")),
    (Way.DAILY.value, gettext_lazy("in a mail once a day")),
    (Way.WEEKLY.value, gettext_lazy("in a mail once a week")),
    (Way.PORTAL.value, gettext_lazy("no mail")),
)


@declares(access.SEE_BACKOFFICE)
@require_http_methods(["GET", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    """Show how the viewer is told, or keep another choice."""
    form = _form(request, request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_shown_on(form):
            preferences.keep(person=request.user, everywhere=form.chosen("everywhere"), **form.hours)
            messages.success(request, _("Kept. It holds for everything that happens from now on."))
            return redirect("backoffice:notices")
    context = {"form": form, "zone": request.user.timezone}
    return render(request, "backoffice/notices.html", context, status=422 if form.errors else 200)


def _form(request: HttpRequest, given: Any) -> TellingForm:
    rows = [(name, group.label, group.words, group.always) for name, group in groups.offered(ours=True).items()]
    started = TellingForm.started(preferences.choices_of(request.user, None), {}, preferences.hours_of(request.user))
    return TellingForm(given, rows=rows, ways=WAYS, here=False, initial=started)
