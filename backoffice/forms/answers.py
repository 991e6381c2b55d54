"""Naming who answers for a customer: an owner of ours, or who pays or receives for all of a subtree."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.customers.models import Customer, Responsibility
from accounts.people.models import User


def _labels(roles: tuple[Responsibility.Role, ...]) -> list[tuple[str, str]]:
    return [(role.value, role.label) for role in roles]


class OwnerForm(forms.Form):
    """Who of us owns what, from which day on; nobody lets it inherit again."""

    role = forms.ChoiceField(label=_("What"), choices=_labels(Responsibility.OF_PEOPLE))
    person = forms.ModelChoiceField(
        label=_("Who"), queryset=User.objects.none(), required=False, empty_label=_("Nobody of its own: as further up")
    )
    since = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        ours = User.objects.filter(is_active=True, staff_profile__isnull=False)
        self.fields["person"].queryset = ours.order_by("name", "email")


class HandoverForm(forms.Form):
    """Who pays or receives for all of a subtree, from which day on."""

    role = forms.ChoiceField(label=_("What"), choices=_labels(Responsibility.OF_CUSTOMERS))
    who = forms.CharField(label=_("Number of the customer"), max_length=20, help_text=_("Such as C-100001"))
    since = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> dict[str, object]:
        """Find the customer with that number."""
        given = super().clean()
        found = Customer.objects.current().filter(number=given.get("who", "").strip()).first()
        if found is None and "who" in given:
            raise ValidationError({"who": _("There is no customer with this number.")})
        return given | {"responsible": found}
