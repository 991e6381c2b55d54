"""Single sign-on of a customer: its providers, the mail domains that lead there, and who comes in when one fails.

A provider is set up off. It is put to use once a domain is proven by its DNS record; vouching for one is for managers, in the
administration. Secrets go in and never come out. Programs read; who says who speaks for an organisation is a person.
"""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.routes import asks_again
from accounts.single_sign_on import addresses, domains, metadata, providers, terms
from accounts.single_sign_on import places as told_there
from accounts.single_sign_on.models import JOINING_ROLES, MailDomain, NamedAdministrator, SignInProvider
from accounts.single_sign_on.terms import Terms
from portal import places
from window.api.views import Listing, View


class MailDomainSerializer(serializers.ModelSerializer):
    """A mail domain and the DNS record that proves it."""

    record_at = serializers.SerializerMethodField(help_text="Where the TXT record stands.")
    vouched = serializers.SerializerMethodField(help_text="Whether one of our managers vouched for it.")

    class Meta:
        model = MailDomain
        fields = ("id", "name", "record_at", "code", "verified_at", "vouched")
        read_only_fields = fields
        extra_kwargs = {"code": {"help_text": "What the TXT record says."}}

    def get_record_at(self, domain: MailDomain) -> str:
        return domains.PLACE + domain.name

    def get_vouched(self, domain: MailDomain) -> bool:
        return domain.vouched_by_id is not None


class NamedAdministratorSerializer(serializers.ModelSerializer):
    """Who comes in without the provider when it fails."""

    email = serializers.CharField(source="user.email", read_only=True)

    class Meta:
        model = NamedAdministrator
        fields = ("id", "email", "named_at")
        read_only_fields = fields


class CertificateSerializer(serializers.Serializer):
    """With what a SAML provider may sign."""

    fingerprint = serializers.CharField(help_text="SHA-256.")
    until = serializers.DateTimeField()


class SignInProviderSerializer(serializers.ModelSerializer):
    """Where an organisation's people sign in, and what to enter at the provider."""

    customer = serializers.CharField(source="customer.number", read_only=True)
    joins_at = serializers.CharField(source="joins_at.number", read_only=True)
    has_secret = serializers.SerializerMethodField()
    certificates = serializers.SerializerMethodField()
    comes_back_to = serializers.SerializerMethodField(help_text="The address to enter at the provider.")
    signs_out_at = serializers.SerializerMethodField(help_text="OpenID Connect: where the provider tells that somebody left.")
    metadata_of_ours = serializers.SerializerMethodField(help_text="SAML: our metadata; the address is our name there.")
    domains = MailDomainSerializer(many=True, read_only=True)
    named_administrators = NamedAdministratorSerializer(many=True, read_only=True)

    class Meta:
        model = SignInProvider
        fields = (
            "ref", "customer", "protocol", "name", "issuer", "client_id", "has_secret", "entrance", "certificates", "use",
            "joins_at", "joins_as", "made_at", "comes_back_to", "signs_out_at", "metadata_of_ours", "domains",
            "named_administrators",
        )  # fmt: skip
        read_only_fields = fields

    def get_has_secret(self, provider: SignInProvider) -> bool:
        return bool(provider.sealed_secret)

    @extend_schema_field(CertificateSerializer(many=True))
    def get_certificates(self, provider: SignInProvider) -> list[dict[str, Any]]:
        return CertificateSerializer([metadata.shown(one) for one in provider.certificates], many=True).data

    def get_comes_back_to(self, provider: SignInProvider) -> str:
        return told_there.comes_back_to(provider)

    def get_signs_out_at(self, provider: SignInProvider) -> str:
        return told_there.signs_out_at(provider) if provider.protocol == SignInProvider.Protocol.OPENID else ""

    def get_metadata_of_ours(self, provider: SignInProvider) -> str:
        return told_there.metadata_of_ours(provider) if provider.protocol == SignInProvider.Protocol.SAML else ""


class ChangedProviderSerializer(serializers.Serializer):
    """What is said about a provider; an empty secret or empty metadata keeps what there is."""

    name = serializers.CharField(max_length=80)
    issuer = serializers.CharField(max_length=addresses.LONGEST, required=False, default="", allow_blank=True)
    client_id = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    secret = serializers.CharField(
        max_length=terms.LONGEST_SECRET, required=False, default="", allow_blank=True, write_only=True, trim_whitespace=False
    )
    metadata = serializers.CharField(
        max_length=metadata.MOST_SIGNS, required=False, default="", allow_blank=True, write_only=True, help_text="SAML: the XML."
    )
    joins_at = serializers.CharField(max_length=40, required=False, default="", allow_blank=True, help_text="A number.")
    joins_as = serializers.ChoiceField(choices=JOINING_ROLES, required=False, default="reader")


class NewProviderSerializer(ChangedProviderSerializer):
    """A provider to set up: OpenID Connect with issuer, client ID and secret, or SAML with the provider's metadata."""

    protocol = serializers.ChoiceField(choices=SignInProvider.Protocol.choices)


class UseSerializer(serializers.Serializer):
    """Off, offered beside other ways, or the only way for its domains."""

    use = serializers.ChoiceField(choices=SignInProvider.Use.choices)


class NewDomainSerializer(serializers.Serializer):
    """A mail domain of the organisation."""

    name = serializers.CharField(max_length=253)


class NewNamedSerializer(serializers.Serializer):
    """An administrator, by their membership."""

    membership = serializers.IntegerField(min_value=1, max_value=2**62)


class _AtProvider(View):
    access = access.MANAGE_PEOPLE
    serializer_class = SignInProviderSerializer

    def act(self) -> dict[str, Any]:
        """Who acts, and when."""
        return {"actor": self.request.user, "at": timezone.now()}

    def shown(self, ref: str, code: int = status.HTTP_200_OK) -> Response:
        """Answer with the provider as it is now."""
        return Response(SignInProviderSerializer(places.sign_in_provider(self.request, ref)).data, status=code)


def terms_of(request: Request, customer: Customer, given: dict[str, Any]) -> Terms:
    """Return what was sent as terms; without a place newcomers stand at the customer itself."""
    number = given.pop("joins_at")
    return Terms(**given, joins_at=places.node(request, number, access.MANAGE_PEOPLE) if number else customer)


@asks_again
class SignInProviders(Listing):
    access = access.MANAGE_PEOPLE
    serializer_class = SignInProviderSerializer
    queryset = SignInProvider.objects.none()

    def get_queryset(self) -> QuerySet[SignInProvider]:
        node = places.node(self.request, self.kwargs["number"], access.MANAGE_PEOPLE)
        return places.sign_in_providers(self.request).filter(customer=node)

    @extend_schema(request=NewProviderSerializer, responses={201: SignInProviderSerializer})
    def post(self, request: Request, number: str) -> Response:
        """Set a provider up; it is off."""
        node = places.node(request, number, access.MANAGE_PEOPLE)
        given = self.read(NewProviderSerializer(data=request.data))
        said = terms_of(request, node, given)
        made = providers.set_up(actor=request.user, customer=node, terms=said, at=timezone.now())
        shown = SignInProviderSerializer(places.sign_in_provider(request, made.ref))
        return Response(shown.data, status=status.HTTP_201_CREATED)


class OneSignInProvider(_AtProvider):
    def get(self, request: Request, ref: str) -> Response:
        """Return one provider."""
        return self.shown(ref)


@asks_again
class SignInTerms(_AtProvider):
    @extend_schema(request=ChangedProviderSerializer, responses=SignInProviderSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """Change what is said about a provider; its protocol stays."""
        held = places.sign_in_provider(request, ref)
        given = self.read(ChangedProviderSerializer(data=request.data))
        providers.change(provider=held, terms=terms_of(request, held.customer, given), **self.act())
        return self.shown(ref)


@asks_again
class SignInUses(_AtProvider):
    @extend_schema(request=UseSerializer, responses=SignInProviderSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """Switch a provider off, offer it, or make it the only way; doing it again changes nothing."""
        held, given = places.sign_in_provider(request, ref), self.read(UseSerializer(data=request.data))
        providers.put_to_use(provider=held, use=given["use"], **self.act())
        return self.shown(ref)


@asks_again
class SignInDomains(_AtProvider):
    @extend_schema(request=NewDomainSerializer, responses={201: SignInProviderSerializer})
    def post(self, request: Request, ref: str) -> Response:
        """Claim a mail domain; the answer says which record proves it. Claiming it again changes nothing."""
        held, given = places.sign_in_provider(request, ref), self.read(NewDomainSerializer(data=request.data))
        domains.claim(provider=held, name=given["name"], **self.act())
        return self.shown(ref, status.HTTP_201_CREATED)


@asks_again
class DomainVerifications(_AtProvider):
    @extend_schema(request=None, responses=SignInProviderSerializer)
    def post(self, request: Request, ref: str, pk: int) -> Response:
        """Look the record of a domain up and verify the domain by it."""
        domains.verify(domain=places.mail_domain(places.sign_in_provider(request, ref), pk), **self.act())
        return self.shown(ref)


@asks_again
class DomainReleases(_AtProvider):
    @extend_schema(request=None, responses=SignInProviderSerializer)
    def post(self, request: Request, ref: str, pk: int) -> Response:
        """Let a domain lead nowhere again."""
        domains.release(domain=places.mail_domain(places.sign_in_provider(request, ref), pk), **self.act())
        return self.shown(ref)


@asks_again
class SignInAdministrators(_AtProvider):
    @extend_schema(request=NewNamedSerializer, responses={201: SignInProviderSerializer})
    def post(self, request: Request, ref: str) -> Response:
        """Name an administrator who still comes in when the provider fails; naming them again changes nothing."""
        held, given = places.sign_in_provider(request, ref), self.read(NewNamedSerializer(data=request.data))
        named = places.membership(request, given["membership"])
        providers.name_administrator(provider=held, user=named.user, **self.act())
        return self.shown(ref, status.HTTP_201_CREATED)


@asks_again
class AdministratorRemovals(_AtProvider):
    @extend_schema(request=None, responses=SignInProviderSerializer)
    def post(self, request: Request, ref: str, pk: int) -> Response:
        """Take a naming back."""
        named = places.named_administrator(places.sign_in_provider(request, ref), pk)
        providers.unname_administrator(named=named, **self.act())
        return self.shown(ref)
