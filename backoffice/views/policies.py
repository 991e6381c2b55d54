"""Policies for our own people: what holds, acknowledging it, what it decided, exceptions, and who may do what."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.people import access
from accounts.people.routes import declares
from accounts.policies import acknowledging, exceptions, publishing
from accounts.policies.models import Policy, PolicyException
from backoffice import policies_shown
from backoffice.forms.policies import ExceptionForm, QuizForm
from window.paging import page_of
from window.refusals import refusals_shown_on


@declares(access.SEE_BACKOFFICE)
@require_GET
def policies(request: HttpRequest) -> HttpResponse:
    """List every policy with what it decided lately."""
    return render(request, "backoffice/policies/policies.html", {"documents": policies_shown.documents(at=timezone.now())})


@declares(access.SEE_BACKOFFICE)
@require_GET
def policy(request: HttpRequest, code: str) -> HttpResponse:
    """Show what a policy says, its versions, and the cases behind each number."""
    return _page(request, get_object_or_404(Policy, code=code))


@declares(access.SEE_BACKOFFICE)
@require_POST
def acknowledgements(request: HttpRequest, code: str) -> HttpResponse:
    """Answer the quiz of the version in force; with everything right it is acknowledged."""
    found = get_object_or_404(Policy, code=code)
    version = publishing.in_force(found, timezone.now().date())
    form = QuizForm(request.POST, version=version)
    if version and form.is_valid():
        with refusals_shown_on(form):
            acknowledging.acknowledge(actor=request.user, version=version, answers=form.answers, at=timezone.now())
            return redirect("backoffice:authority")
    return _page(request, found, form, status=422)


@declares(access.SEE_BACKOFFICE)
@require_http_methods(["GET", "POST"])
def exception_log(request: HttpRequest) -> HttpResponse:
    """List every exception, or ask for one."""
    form = ExceptionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_shown_on(form):
            at = timezone.now()
            exceptions.ask(actor=request.user, since=at.date(), at=at, **form.asked)
            return redirect("backoffice:exceptions")
    return _exceptions(request, form, status=422 if form.errors else 200)


@declares(access.STEER)
@require_POST
def exception_approvals(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve an exception that somebody else asked for."""
    asked, form = get_object_or_404(PolicyException, pk=pk), ExceptionForm({})
    form.errors.clear()
    with refusals_shown_on(form):
        exceptions.approve(actor=request.user, asked=asked, at=timezone.now())
        return redirect("backoffice:exceptions")
    return _exceptions(request, form, status=422)


@declares(access.SEE_BACKOFFICE)
@require_GET
def matrix(request: HttpRequest) -> HttpResponse:
    """Show who may do what: roles of customers and levels of our own people across."""
    return render(request, "backoffice/policies/matrix.html", policies_shown.matrix())


def _page(request: HttpRequest, found: Policy, form: QuizForm | None = None, status: int = 200) -> HttpResponse:
    context = policies_shown.document(found, request.user, at=timezone.now(), show=request.GET.get("show", ""))
    context["may_steer"] = access.level_of(request.user) in access.STEER.levels
    context["form"] = form or QuizForm(version=context["version"])
    return render(request, "backoffice/policies/policy.html", context, status=status)


def _exceptions(request: HttpRequest, form: ExceptionForm, status: int) -> HttpResponse:
    page = page_of(request, exceptions.listed(), newest_by="asked_at", size=50)
    may_approve = access.level_of(request.user) in access.STEER.levels
    context = {"page": page, "form": form, "may_approve": may_approve, "today": timezone.now().date()}
    return render(request, "backoffice/policies/exceptions.html", context, status=status)
