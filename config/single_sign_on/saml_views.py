"""The addresses of SAML: what a provider has to know of us, where it hands its answer in, and where that takes effect."""

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.helpers import complete_social_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from accounts.decisions import Refusal
from accounts.people.routes import PUBLIC, declares
from accounts.single_sign_on import once
from accounts.single_sign_on.models import SignInProvider
from config.single_sign_on import asking, finding, saml
from config.single_sign_on.finding import TOO_OFTEN
from config.single_sign_on.refusing import refused
from window.downloads import download

Protocol = SignInProvider.Protocol
METADATA = "application/samlmetadata+xml"


@declares(PUBLIC)
@require_GET
def metadata(request: HttpRequest, ref: str) -> HttpResponse:
    """Give our metadata as a file; it is needed before the provider is on."""
    row = finding.known(ref, Protocol.SAML)
    return download(saml.metadata_of_ours(row), name=f"accord-{row.ref}.xml", content_type=METADATA)


@csrf_exempt
@declares(PUBLIC)
@require_POST
def assertion(request: HttpRequest, ref: str) -> HttpResponse:
    """Judge what a provider hands in and send the browser on; where to is ours alone to say, so RelayState is never read."""
    row = finding.in_use(ref, Protocol.SAML)
    if finding.too_often(request, "single_sign_on_assertion"):
        return refused(request, TOO_OFTEN, code="too_many")
    try:
        said = saml.read(row, request.POST.get("SAMLResponse", ""), at=timezone.now())
    except Refusal as refusal:
        return refused(request, refusal.reason, code=refusal.code)
    return redirect(f"{reverse('single_sign_on_arrival', args=[ref])}?answer={asking.put_by(said, ref=ref)}")


@declares(PUBLIC)
@require_GET
def arrival(request: HttpRequest, ref: str) -> HttpResponse:
    """Sign in whom the answer speaks of, if this browser asked and nobody used it before."""
    row, now = finding.in_use(ref, Protocol.SAML), timezone.now()
    try:
        said = asking.taken_up(request.GET.get("answer", ""), ref=ref)
        next_url, anew = asking.answered(request, ref=ref, question=said.answers)
        with transaction.atomic():
            once.use(provider=row, name=said.name, until=said.until, at=now)
        login = saml.AssertingProvider(request, row).login_of(said.person, next_url=next_url, anew=anew)
        return complete_social_login(request, login)
    except Refusal as refusal:
        return refused(request, refusal.reason, code=refusal.code)
    except ImmediateHttpResponse as answer:
        return answer.response
