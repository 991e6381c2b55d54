"""Naming who answers for a customer: an owner of ours, or who pays or receives for all of a subtree."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.customers.models import Customer, Responsibility
from accounts.people.models import User
from window.fields import SharedPageForm


def _labels(roles: tuple[Responsibility.Role, ...]) -> list[tuple[str, str]]:
    return [(role.value, role.label) for role in roles]


class OwnerForm(SharedPageForm):
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


class HandoverForm(SharedPageForm):
    """Who pays or receives for all of a subtree, from which day on."""

    role = forms.ChoiceField(label=_("What"), choices=_labels(Responsibility.OF_CUSTOMERS))
    who = forms.CharField(label=_("Number or name of the customer"), max_length=250, help_text=_("Such as C-100001"))
    since = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> dict[str, object]:
        """Find the customer with that number, or the only one with that name."""
        given = super().clean()
        words = given.get("who", "").strip()
        current = Customer.objects.current()
        found = list(current.filter(number__iexact=words)[:1] or current.filter(name__iexact=words).order_by("number")[:4])
        if not found and "who" in given:
            raise ValidationError({"who": _("There is no customer with this number.")})
        if len(found) > 1:
            numbers = ", ".join(f"{one.number} ({one.parent.name if one.parent else one.kind.label})" for one in found)
            raise ValidationError({"who": _("Several are called so; choose by number: %(numbers)s.") % {"numbers": numbers}})
        return given | {"responsible": found[0] if found else None}
