"""Signing up: the page where a company tells of itself, and the one behind the link of the mail. Nobody is signed in.

Whatever the address, the answer is the same page and one mail; only who reads that mail learns whether the address is known.
Opening the link changes nothing, as mail scanners open links too; the button does.
"""

from allauth.account.adapter import get_adapter
from allauth.core.internal.ratelimit import consume
from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.decisions import Refusal
from accounts.people.routes import PUBLIC, declares
from accounts.quality import signing_up
from window.refusals import refusals_shown_on

TOO_OFTEN = _("Too many have signed up from here just now; try again in an hour.")


class SignUpForm(forms.Form):
    """Who they are, and who writes."""

    name = forms.CharField(label=_("Name of your company"), max_length=250)
    country = forms.CharField(label=_("Country"), max_length=2, help_text=_("Two letters, such as DE"))
    tax_id = forms.CharField(label=_("Tax id (optional)"), max_length=60, required=False)
    phone = forms.CharField(label=_("Phone (optional)"), max_length=40, required=False)
    person = forms.CharField(label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("Your e-mail at work"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


@declares(PUBLIC)
@require_http_methods(["GET", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Ask who they are, and send the link that proves their address."""
    now = timezone.now()
    if not signing_up.is_open(now.date()):
        raise Http404
    form = SignUpForm(request.POST or None)
    if form.is_valid():
        email = form.cleaned_data["email"].lower()
        if not consume(request, app="allauth.account", action="sign_up", key=email):
            form.add_error(None, TOO_OFTEN)
            return render(request, "account/sign_up.html", {"form": form}, status=429)
        with refusals_shown_on(form):
            said = form.cleaned_data | {"language": (get_language() or settings.LANGUAGE_CODE)[:2]}
            _send(request, email, signing_up.ask(said=said, at=now))
            return render(request, "account/sign_up_sent.html", {"email": email})
    return render(request, "account/sign_up.html", {"form": form}, status=422 if form.is_bound else 200)


@declares(PUBLIC)
@require_http_methods(["GET", "POST"])
def sign_up_proof(request: HttpRequest, token: str) -> HttpResponse:
    """Show what was said, and take it up when the button is pressed."""
    now = timezone.now()
    try:
        said, made = signing_up.read(token, at=now), None
        if request.method == "POST":
            made = signing_up.take_up(token=token, at=now)
    except Refusal as refusal:
        context = {"refusal": refusal.reason, "again": refusal.code == signing_up.LinkUnreadable.code}
        return render(request, "account/sign_up_proof.html", context, status=422)
    return render(request, "account/sign_up_proof.html", {"said": said, "made": made})


def _send(request: HttpRequest, email: str, token: str) -> None:
    known = signing_up.is_known(email)
    place = reverse("account_login") if known else reverse("sign_up_proof", args=[token])
    letter = "account/email/sign_up_known" if known else "account/email/sign_up"
    get_adapter().send_mail(letter, email, {"link": request.build_absolute_uri(place)})
