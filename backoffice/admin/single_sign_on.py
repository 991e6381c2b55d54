"""Single sign-on of customer organisations: providers, the mail domains that lead there, and who comes in when one fails."""

from functools import partial

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.customers.models import Customer
from accounts.single_sign_on import domains, metadata, places, providers, terms
from accounts.single_sign_on.models import Identity, MailDomain, NamedAdministrator, SignInProvider
from accounts.single_sign_on.terms import Terms
from backoffice.admin.base import LookingAdmin, UseCaseAdmin
from backoffice.admin.policies import for_each


class ProviderForm(forms.ModelForm):
    """What the provider told the manager, and how newcomers join."""

    secret = forms.CharField(
        label=_("Client secret"),
        required=False,
        max_length=terms.LONGEST_SECRET,
        help_text=_("OpenID Connect only. Kept encrypted and never shown again. Leave it empty to keep the one there is."),
        widget=UnfoldAdminPasswordWidget(render_value=False, attrs={"autocomplete": "new-password"}),
    )

    metadata = forms.CharField(
        label=_("Metadata of the provider"),
        required=False,
        max_length=metadata.MOST_SIGNS,
        help_text=_("SAML only: the XML the provider hands out. Leave it empty to keep what there is."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6, "spellcheck": "false"}),
    )
    metadata_file = forms.FileField(
        label=_("… or as a file"), required=False, widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".xml,text/xml"})
    )

    class Meta:
        model = SignInProvider
        fields = ("customer", "protocol", "name", "issuer", "client_id", "joins_at", "joins_as", "use")
        help_texts = {
            "issuer": _("The provider's own name, exactly as it writes it in its proofs. By SAML its metadata say it."),
            "client_id": _("OpenID Connect only: our name there."),
        }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for name in {"joins_at", "issuer", "client_id", "protocol"} & set(self.fields):
            self.fields[name].required = False

    def clean_metadata_file(self) -> str:
        """Read the file, as UTF-8, if there is one."""
        given = self.cleaned_data["metadata_file"]
        if not given:
            return ""
        if given.size > metadata.MOST_SIGNS:
            raise forms.ValidationError(_("The file is larger than 200 kB."))
        return given.read().decode("utf-8-sig", "replace")

    def terms(self, customer: Customer) -> Terms:
        """Return what was said; without a place newcomers stand at the customer itself."""
        said = self.cleaned_data
        return Terms(
            name=said["name"], joins_at=said["joins_at"] or customer, joins_as=said["joins_as"], secret=said["secret"],
            issuer=said.get("issuer", ""), client_id=said.get("client_id", ""),
            protocol=said.get("protocol") or SignInProvider.Protocol.OPENID, metadata=said["metadata_file"] or said["metadata"],
        )  # fmt: skip


@admin.register(SignInProvider)
class SignInProviderAdmin(UseCaseAdmin):
    """Where an organisation's people sign in, and whether that is the only way."""

    form = ProviderForm
    list_display = ("name", "customer", "protocol", "issuer", "use", "joins_as", "leads_from")
    list_filter = ("use", "protocol")
    list_select_related = ("customer",)
    search_fields = ("name", "customer__name", "issuer")
    autocomplete_fields = ("customer", "joins_at")
    fields = (
        "customer", "protocol", "name", "issuer", "client_id", "secret", "metadata", "metadata_file", "joins_at",
        "joins_as", "use",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[SignInProvider]:
        """Load the domains with the providers."""
        return super().get_queryset(request).prefetch_related("domains")

    def get_fields(self, request: HttpRequest, obj: SignInProvider | None = None) -> tuple[str, ...]:
        """Show what belongs to its protocol, and what to enter at the provider, once there is one; a new provider is off."""
        if obj is None:
            return self.fields[:-1]
        by_saml = obj.protocol == SignInProvider.Protocol.SAML
        shown = (
            ("issuer", "entrance", "signs_with", "metadata", "metadata_file") if by_saml else ("issuer", "client_id", "secret")
        )
        told = ("our_metadata", "comes_back_to") if by_saml else ("comes_back_to", "signs_out_at")
        return ("customer", "protocol", "name", *shown, "joins_at", "joins_as", "use", *told)

    def get_readonly_fields(self, request: HttpRequest, obj: SignInProvider | None = None) -> tuple[str, ...]:
        """A provider stays its customer's and keeps its protocol; what metadata said is not typed over."""
        if obj is None:
            return ()
        fixed = ("customer", "protocol", "comes_back_to", "signs_out_at", "our_metadata", "signs_with", "entrance")
        return (*fixed, "issuer") if obj.protocol == SignInProvider.Protocol.SAML else fixed

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> SignInProvider:
        """Set it up, or change it and put it to use."""
        act = {"actor": request.user, "at": timezone.now()}
        if not change:
            customer = form.cleaned_data["customer"]
            return providers.set_up(customer=customer, terms=form.terms(customer), **act)
        held = SignInProvider.objects.select_related("customer").get(pk=form.instance.pk)
        changed = providers.change(provider=held, terms=form.terms(held.customer), **act)
        return providers.put_to_use(provider=changed, use=form.cleaned_data["use"], **act)

    @admin.display(description=_("Address to enter at the provider"))
    def comes_back_to(self, provider: SignInProvider) -> str:
        """Say where the provider sends people back."""
        return places.comes_back_to(provider)

    @admin.display(description=_("Address for signing out, to enter at the provider"))
    def signs_out_at(self, provider: SignInProvider) -> str:
        """Say where the provider tells us that somebody signed out there (back-channel)."""
        return places.signs_out_at(provider)

    @admin.display(description=_("Our metadata, to hand to the provider"))
    def our_metadata(self, provider: SignInProvider) -> str:
        """Link to what the provider has to know of us; the address is also our name there."""
        return format_html('<a href="{0}">{0}</a>', places.metadata_of_ours(provider))

    @admin.display(description=_("Signs with"))
    def signs_with(self, provider: SignInProvider) -> str:
        """Name its certificates as people compare them."""
        shown = [metadata.shown(one) for one in provider.certificates]
        rows = ((_may_break(one.fingerprint), _("until"), date_format(one.until, "Y-m-d")) for one in shown)
        return format_html_join("", "<p>SHA-256 {} {} {}</p>", rows)

    @admin.display(description=_("Leads from"))
    def leads_from(self, provider: SignInProvider) -> str:
        """Name the verified domains."""
        return ", ".join(domain.name for domain in provider.domains.all() if domain.verified_at) or "–"


def _may_break(fingerprint: str) -> str:
    """Let a fingerprint break behind each colon, so that it fits on a small screen."""
    pairs = fingerprint.split(":")
    return format_html_join("", "{}<wbr>", [(f"{pair}:",) for pair in pairs[:-1]] + [(pairs[-1],)])


class MailDomainForm(forms.ModelForm):
    """A claim, or the word of a manager for one."""

    vouched_because = forms.CharField(
        label=_("I vouch for it, because"),
        required=False,
        max_length=domains.LONGEST_REASON,
        help_text=_("Only where the record cannot be made: how you know that the domain is theirs. It stands on the timeline."),
        widget=UnfoldAdminTextInputWidget,
    )

    class Meta:
        model = MailDomain
        fields = ("provider", "name")


@admin.register(MailDomain)
class MailDomainAdmin(UseCaseAdmin):
    """Which addresses lead to which provider, and how we know."""

    form = MailDomainForm
    list_display = ("name", "provider", "verified_at", "vouched_by", "code")
    list_select_related = ("provider", "vouched_by")
    search_fields = ("name", "provider__name")
    autocomplete_fields = ("provider",)
    fields = ("provider", "name", "vouched_because")
    actions = ("look_up", "release")

    def get_fields(self, request: HttpRequest, obj: MailDomain | None = None) -> tuple[str, ...]:
        """Show the record to make once the domain is claimed."""
        return ("provider", "name", "record", "verified_at", "vouched_by", "vouched_because") if obj else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: MailDomain | None = None) -> tuple[str, ...]:
        """What was claimed stays; a verified domain is released and claimed anew."""
        if obj is None:
            return ()
        fixed = ("provider", "name", "record", "verified_at", "vouched_by")
        return (*fixed, "vouched_because") if obj.verified_at else fixed

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> MailDomain:
        """Claim the domain, and vouch for it where a reason is given."""
        act = {"actor": request.user, "at": timezone.now()}
        claimed = (
            form.instance if change else domains.claim(**{name: form.cleaned_data[name] for name in ("provider", "name")}, **act)
        )
        because = form.cleaned_data.get("vouched_because", "")
        return domains.vouch(domain=claimed, because=because, **act) if because else claimed

    @admin.display(description=_("TXT record to make"))
    def record(self, domain: MailDomain) -> str:
        """Say what the organisation writes into its DNS."""
        return f"{domains.PLACE}{domain.name}  TXT  {domain.code}"

    @admin.action(description=_("Look the record up and verify"))
    def look_up(self, request: HttpRequest, chosen: QuerySet[MailDomain]) -> None:
        """Verify the chosen domains by the DNS."""
        verify = partial(domains.verify, actor=request.user, at=timezone.now())
        for_each(self, request, chosen.select_related("provider__customer"), lambda domain: verify(domain=domain))

    @admin.action(description=_("Lead nowhere again"))
    def release(self, request: HttpRequest, chosen: QuerySet[MailDomain]) -> None:
        """Release the chosen domains."""
        release = partial(domains.release, actor=request.user, at=timezone.now())
        for_each(self, request, chosen.select_related("provider"), lambda domain: release(domain=domain))


@admin.register(NamedAdministrator)
class NamedAdministratorAdmin(UseCaseAdmin):
    """Who comes in when the provider is the only way and fails."""

    added_only = True  # one is named, and no longer named
    list_display = ("user", "provider", "named_by", "named_at")
    list_select_related = ("user", "provider", "named_by")
    search_fields = ("user__email", "provider__name")
    autocomplete_fields = ("provider", "user")
    fields = ("provider", "user")
    actions = ("unname",)

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> NamedAdministrator:
        """Name."""
        return providers.name_administrator(actor=request.user, at=timezone.now(), **form.cleaned_data)

    @admin.action(description=_("No longer named"))
    def unname(self, request: HttpRequest, chosen: QuerySet[NamedAdministrator]) -> None:
        """Take the naming back."""
        unname = partial(providers.unname_administrator, actor=request.user, at=timezone.now())
        for_each(self, request, chosen.select_related("provider", "user"), lambda named: unname(named=named))


@admin.register(Identity)
class IdentityAdmin(LookingAdmin):
    """Which login is whom at which provider."""

    list_display = ("user", "provider", "subject", "first_at", "last_at")
    list_filter = ("provider",)
    list_select_related = ("user", "provider")
    search_fields = ("user__email", "subject")
    fields = ("user", "provider", "subject", "first_at", "last_at")
