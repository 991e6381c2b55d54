"""The pages of single sign-on: the address leads to the provider, there, back, and out again."""

from allauth.account.utils import get_next_redirect_url
from allauth.account.views import LoginView
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.base.views import IndexView
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.decisions import Refusal
from accounts.people.routes import PUBLIC, SIGNED_IN, declares
from accounts.quality import signing_up
from accounts.single_sign_on import ways
from accounts.single_sign_on.models import SignInProvider
from config.single_sign_on import finding, protocols
from config.single_sign_on.finding import TOO_OFTEN
from config.single_sign_on.openid import OrganisationProvider
from config.single_sign_on.refusing import refused

HINT = "single_sign_on_address"  # under which the browser's session keeps the address that was typed
NEXT = "single_sign_on_next"
ANEW = "single_sign_on_anew"  # set where a sensitive act waits: the provider is to ask the person again


class AddressForm(forms.Form):
    """The address whose domain leads somewhere."""

    login = forms.EmailField(
        label=gettext_lazy("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )


class SignIn(LoginView):
    """The sign-in page; an address whose provider is the only way is led there before any password is looked at."""

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        provider = None if "own" in request.POST else ways.provider_for(request.POST.get("login", "")[:254])
        if provider and provider.use == SignInProvider.Use.ENFORCED:
            return lead(request, provider, address=request.POST["login"])
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **more: object) -> dict[str, object]:
        return {**super().get_context_data(**more), "sign_up_is_open": signing_up.is_open(timezone.now().date())}


class Security(IndexView):
    """A person's own page of how they sign in."""

    def get_context_data(self, **more: object) -> dict[str, object]:
        return {**super().get_context_data(**more), "ways": ways.of(self.request.user)}


sign_in = declares(PUBLIC)(SignIn.as_view())
security = declares(SIGNED_IN)(Security.as_view())


@declares(PUBLIC)
@require_http_methods(["GET", "POST"])
def single_sign_on(request: HttpRequest) -> HttpResponse:
    """Ask for the address and lead to the provider of its domain."""
    form = AddressForm(request.POST or None)
    if form.is_valid():
        if provider := ways.provider_for(form.cleaned_data["login"]):
            return lead(request, provider, address=form.cleaned_data["login"])
        form.add_error("login", _("No organisation signs its people in by this domain. Sign in another way."))
    status = 422 if form.is_bound else 200
    return render(request, "single_sign_on/address.html", {"form": form, "next": get_next_redirect_url(request)}, status=status)


def lead(request: HttpRequest, provider: SignInProvider, *, address: str) -> HttpResponse:
    """Show the way to the provider: a link, because a form may only lead to pages of ours."""
    request.session[HINT] = address.strip().lower()[:254]
    request.session[NEXT] = get_next_redirect_url(request) or ""
    is_only_way = provider.use == SignInProvider.Use.ENFORCED
    return render(request, "single_sign_on/lead.html", {"provider": provider, "is_only_way": is_only_way})


@declares(PUBLIC)
@require_GET
def begin(request: HttpRequest, ref: str) -> HttpResponse:
    """Send the browser to the provider."""
    row = finding.in_use(ref)
    if finding.too_often(request):
        return refused(request, TOO_OFTEN, code="too_many")
    try:
        address, next_url = request.session.pop(HINT, ""), request.session.pop(NEXT, "")
        anew = bool(request.session.pop(ANEW, False))
        return protocols.talk(request, row).begin(next_url=next_url, address=address, anew=anew)
    except Refusal as refusal:
        return refused(request, refusal.reason, code=refusal.code)
    except ImmediateHttpResponse as answer:
        return answer.response


@declares(PUBLIC)
@require_GET
def back(request: HttpRequest, ref: str) -> HttpResponse:
    """Take in who comes back from the provider, or say why not."""
    row = finding.in_use(ref, SignInProvider.Protocol.OPENID)
    if request.GET.get("iss", row.issuer) != row.issuer:
        return refused(request, _("The answer came from another provider than you were sent to."), code="wrong_issuer")
    try:
        exchange = OrganisationProvider(request, row).get_oauth2_adapter(request)
        return OAuth2CallbackView.adapter_view(exchange)(request)
    except Refusal as refusal:
        return refused(request, refusal.reason, code=refusal.code)


@declares(PUBLIC)
@require_GET
def left(request: HttpRequest, ref: str) -> HttpResponse:
    """Say that one is signed out here, and maybe not yet at the provider."""
    seen = {"provider": finding.known(ref), "came_by": request.GET.get("by", "")[:200]}
    return render(request, "single_sign_on/left.html", seen)


@declares(PUBLIC)
@require_GET
def leave(request: HttpRequest, ref: str) -> HttpResponse:
    """Send the browser to where one signs out at the provider itself: one that is on, or that this browser came by."""
    row = finding.known(ref) if finding.came_by(request.GET.get("by", ""), ref) else finding.in_use(ref)
    if finding.too_often(request):
        return refused(request, TOO_OFTEN, code="too_many")
    try:
        place = protocols.talk(request, row).address_for_leaving()
    except Refusal as refusal:
        return refused(request, refusal.reason, code=refusal.code)
    if place:
        return redirect(place)
    return refused(request, _("Your provider has no page for signing out; close the browser instead."), code="no_place")
