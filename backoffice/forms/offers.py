"""Suggesting something to a customer."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from support.offers.models import Offer


class RecommendationForm(forms.Form):
    """Which of the offers that fit, and why it is good for this customer."""

    offer = forms.ModelChoiceField(Offer.objects.none(), label=_("Offer"), widget=forms.RadioSelect, empty_label=None)
    words = forms.CharField(
        label=_("Why it is good for them"), max_length=300, help_text=_("They read it beside the offer, with your name.")
    )

    def __init__(self, *given: Any, offers: Iterable[Offer], **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["offer"].queryset = Offer.objects.filter(pk__in=[offer.pk for offer in offers])
