"""Which kind of customer's person to see the portal as."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.customers.models import Customer
from accounts.people.models import Membership
from accounts.segments.models import Segment

CURRENCIES = ("EUR", "USD", "GBP", "CHF")


class PersonaForm(forms.Form):
    """A person of no customer: the tier and segment of where they would stand, their role and language, and the currency."""

    tier = forms.ChoiceField(label=_("Tier"), choices=Customer.Tier.choices, initial=Customer.Tier.STANDARD)
    segment = forms.ModelChoiceField(
        Segment.objects.filter(active=True), label=_("Segment"), required=False, to_field_name="code", empty_label=_("none")
    )
    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role.choices, initial=Membership.Role.MEMBER)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in CURRENCIES])
