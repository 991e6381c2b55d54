"""Usage out of a file, checked line by line and kept by the use case that programs call."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.people import access
from accounts.people.routes import declares
from backoffice import places, usage_files, usage_shown
from backoffice.forms.usage import UsageFileForm
from window.refusals import refusals_shown_on

SHOWN = 200


@declares(access.KEEP_BOOKS)
@require_http_methods(["GET", "POST"])
def usage_file(request: HttpRequest) -> HttpResponse:
    """Check a file of measurements, or keep it: all of it or nothing, each measurement once by its key."""
    form = UsageFileForm(request.POST or None, request.FILES or None)
    checked = _checked(request, form) if request.method == "POST" and form.is_valid() else None
    if checked and not checked.faults and form.cleaned_data["keep"]:
        with refusals_shown_on(form):
            kept = usage_files.keep(checked.measurements, actor=request.user, at=timezone.now())
            counts = {"added": kept.added, "known": kept.known}
            messages.success(request, _("Kept: %(added)s new, %(known)s known before.") % counts)
            return redirect("backoffice:usage_file")
    return _page(request, form, checked)


@declares(access.SEE_BACKOFFICE)
@require_GET
def subscription_usage(request: HttpRequest, ref: str) -> HttpResponse:
    """Show what was measured of a subscription, by day and meter."""
    return render(request, "backoffice/customers/usage.html", usage_shown.page(request, places.subscription(request, ref)))


def _page(request: HttpRequest, form: UsageFileForm, checked: usage_files.Checked | None) -> HttpResponse:
    faults = checked.faults if checked else []
    context = {
        "form": form,
        "checked": checked,
        "faults": faults[:SHOWN],
        "more": max(0, len(faults) - SHOWN),
        "columns": (*usage_files.NEEDED, *usage_files.OPTIONAL),
    }
    return render(request, "backoffice/finance/usage.html", context, status=422 if form.errors or faults else 200)


def _checked(request: HttpRequest, form: UsageFileForm) -> usage_files.Checked | None:
    try:
        return usage_files.check(form.text, viewer=request.user, at=timezone.now())
    except usage_files.NotAFile as wrong:
        form.add_error("file", str(wrong))
        return None
