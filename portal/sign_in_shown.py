"""How single sign-on is shown: each provider with its state, what to enter there, and the forms to change it."""

from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.models import Membership
from accounts.single_sign_on import domains, metadata
from accounts.single_sign_on import places as told_there
from accounts.single_sign_on.models import MailDomain, SignInProvider
from portal import places
from portal.forms.sign_in import DomainForm, NamingForm, ProviderForm, UseForm

Protocol = SignInProvider.Protocol
TONES: Final = {SignInProvider.Use.OFF: "neutral", SignInProvider.Use.OFFERED: "info", SignInProvider.Use.ENFORCED: "good"}


@dataclass(frozen=True)
class Row:
    """A provider as people read it, with its verified domains in words."""

    provider: SignInProvider
    tone: str
    leads_from: str


@dataclass(frozen=True)
class Claimed:
    """A mail domain with the DNS record that proves it."""

    domain: MailDomain
    record_at: str
    tone: str
    label: str


def rows(request: HttpRequest, node: Customer) -> list[Row]:
    """Return the providers of a customer."""
    return [_row(provider) for provider in places.sign_in_providers(request).filter(customer=node).order_by("pk")]


def new(request: HttpRequest, node: Customer, protocol: str) -> ProviderForm:
    """Return the form that sets a provider of this protocol up; bound to what was sent, if something was."""
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    return ProviderForm(*sent, protocol=_known(protocol), places=_places(request, node))


def changed(request: HttpRequest, provider: SignInProvider, *sent: Any) -> ProviderForm:
    """Return the form that changes what is said about a provider; its protocol stays."""
    said = {name: getattr(provider, name) for name in ("protocol", "name", "issuer", "client_id", "joins_at", "joins_as")}
    return ProviderForm(*sent, protocol=provider.protocol, places=_places(request, provider.customer), initial=said)


def naming(request: HttpRequest, provider: SignInProvider, *sent: Any) -> NamingForm:
    """Return the form that names one of the administrators the viewer may see."""
    return NamingForm(*sent, administrators=_administrators(request, provider))


def of(request: HttpRequest, provider: SignInProvider, bound: forms.Form | None = None) -> dict[str, Any]:
    """Return what the page of a provider shows; `bound` is a form as it was sent."""
    shown = {
        "terms_form": changed(request, provider),
        "use_form": UseForm(initial={"use": provider.use}),
        "domain_form": DomainForm(),
        "naming_form": naming(request, provider),
    }
    kept = {type(form): name for name, form in shown.items()}
    return {
        "at": provider.customer,
        "row": _row(provider),
        "told": _told(provider),
        "certificates": [metadata.shown(one) for one in provider.certificates],
        "claimed": [_claimed(domain) for domain in provider.domains.all()],
        "named": provider.named_administrators.all(),
        **shown,
        **({kept[type(bound)]: bound} if bound else {}),
    }


def _row(provider: SignInProvider) -> Row:
    verified = ", ".join(domain.name for domain in provider.domains.all() if domain.verified_at)
    return Row(provider, TONES[SignInProvider.Use(provider.use)], verified)


def _claimed(domain: MailDomain) -> Claimed:
    where = domains.PLACE + domain.name
    if domain.vouched_by_id:
        return Claimed(domain, where, "good", _("Vouched for by us"))
    if domain.verified_at:
        return Claimed(domain, where, "good", _("Verified"))
    return Claimed(domain, where, "warning", _("Waits for its record"))


def _told(provider: SignInProvider) -> list[tuple[str, str]]:
    """Return what to enter at the provider: its name there, and our address."""
    if provider.protocol == Protocol.SAML:
        ours = told_there.metadata_of_ours(provider)
        return [
            (_("Our metadata, and our entity ID"), ours),
            (_("Assertion consumer service (by POST)"), told_there.comes_back_to(provider)),
        ]
    return [
        (_("Redirect address"), told_there.comes_back_to(provider)),
        (_("Address for signing out (back-channel)"), told_there.signs_out_at(provider)),
    ]


def _known(protocol: str) -> str:
    return protocol if protocol in Protocol.values else Protocol.OPENID


def _places(request: HttpRequest, node: Customer) -> QuerySet[Customer]:
    return access.customers_within_reach(request.user, access.MANAGE_PEOPLE).below(node)


def _administrators(request: HttpRequest, provider: SignInProvider) -> QuerySet[Membership]:
    """Return the administrators of the provider's customer, as far as the viewer manages their people."""
    path = access.customers_within_reach(request.user, access.MANAGE_PEOPLE).above(provider.customer)
    held = Membership.objects.in_force().filter(customer__in=path, role=Membership.Role.ADMINISTRATOR, effect="allow")
    return held.filter(user__is_active=True, user__is_program=False).select_related("user").order_by("user__email", "pk")
