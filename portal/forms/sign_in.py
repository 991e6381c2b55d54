"""Setting single sign-on up: what is said about a provider, how it is used, which domains lead there, who comes in without it."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.customers.models import Customer
from accounts.people.models import Membership
from accounts.single_sign_on import addresses, metadata, terms
from accounts.single_sign_on.models import JOINING_ROLES, SignInProvider
from accounts.single_sign_on.terms import Terms
from window.fields import SharedPageForm

Protocol = SignInProvider.Protocol
# Which fields belong to the other protocol.
NOT_OF: Final = {Protocol.OPENID: ("metadata", "metadata_file"), Protocol.SAML: ("issuer", "client_id", "secret")}


class ProviderForm(SharedPageForm):
    """What the provider told the customer, and how newcomers join. An empty secret or empty metadata keeps what there is."""

    protocol = forms.ChoiceField(choices=Protocol.choices, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name people read"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    issuer = forms.CharField(
        label=_("Issuer"),
        max_length=addresses.LONGEST,
        required=False,
        help_text=_("The provider's own address, exactly as it writes it: https://…"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
    )
    client_id = forms.CharField(
        label=_("Client ID"), max_length=200, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    secret = forms.CharField(
        label=_("Client secret"),
        max_length=terms.LONGEST_SECRET,
        required=False,
        strip=False,
        help_text=_("Kept encrypted and never shown again."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    metadata = forms.CharField(
        label=_("Metadata of the provider"),
        max_length=metadata.MOST_SIGNS,
        required=False,
        help_text=_("The XML it hands out. Who it is, where one signs in and its certificates are read from it."),
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
    )
    metadata_file = forms.FileField(
        label=_("… or as a file"), required=False, widget=forms.FileInput(attrs={"accept": ".xml,text/xml"})
    )
    joins_at = forms.ModelChoiceField(
        Customer.objects.none(),
        label=_("Newcomers stand at"),
        to_field_name="number",
        required=False,
        help_text=_("A number such as C-100001, here or below. Empty: here."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"invalid_choice": _("No customer of yours here or below has this number.")},
    )
    joins_as = forms.ChoiceField(label=_("Newcomers join as"), choices=JOINING_ROLES, initial=Membership.Role.READER)

    def __init__(self, *args: Any, protocol: str, places: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["joins_at"].queryset = places
        self.fields["protocol"].initial = protocol
        for name in NOT_OF[protocol]:
            del self.fields[name]

    def clean_metadata_file(self) -> str:
        """Read the file, as UTF-8, if there is one."""
        given = self.cleaned_data["metadata_file"]
        if not given:
            return ""
        if given.size > metadata.MOST_SIGNS:
            raise forms.ValidationError(_("The file is larger than 200 kB."))
        text: str = given.read().decode("utf-8-sig", "replace")
        return text

    def terms(self, customer: Customer) -> Terms:
        """Return what was said; without a place newcomers stand at the customer itself."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "metadata_file"}
        described = self.cleaned_data.get("metadata_file") or said.get("metadata", "")
        return Terms(**said | {"joins_at": said["joins_at"] or customer, "metadata": described})


class UseForm(SharedPageForm):
    """Off, offered beside other ways, or the only way for its domains."""

    use = forms.ChoiceField(
        label=_("How it is used"),
        choices=SignInProvider.Use.choices,
        widget=forms.RadioSelect,
        help_text=_("To be offered it needs a verified domain; to be the only way also a named administrator."),
    )


class DomainForm(SharedPageForm):
    """A mail domain of the organisation."""

    name = forms.CharField(
        label=_("Mail domain"),
        max_length=253,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "placeholder": "nordwind.example"}),
    )


class NamingForm(SharedPageForm):
    """An administrator who still comes in when the provider fails."""

    user = forms.ModelChoiceField(Membership.objects.none(), label=_("Administrator"), empty_label=None)

    def __init__(self, *args: Any, administrators: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["user"].queryset = administrators
        self.fields["user"].label_from_instance = lambda membership: membership.user.email
