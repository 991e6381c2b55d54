"""Privacy: what is asked for, about whom, and what is decided."""

from typing import Final

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.people.models import User

ERASE, EXPORT_PERSON, EXPORT_CUSTOMER = "erase", "export_person", "export_customer"
WISHES: Final = (
    (EXPORT_PERSON, _("All data of the person, as a file")),
    (EXPORT_CUSTOMER, _("All data of the customer and all below it, as a file")),
    (ERASE, _("That the person is forgotten")),
)


class WishForm(forms.Form):
    """What the customer asked us for."""

    wish = forms.ChoiceField(label=_("What is asked for"), choices=WISHES)
    person = forms.ModelChoiceField(queryset=User.objects.none(), label=_("Person"), required=False)
    reason = forms.CharField(label=_("How and why they asked"), max_length=300, required=False)

    def __init__(self, *args: object, people: QuerySet[User], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people

    def clean(self) -> dict[str, object]:
        """What is about a person names one."""
        given: dict[str, object] = super().clean()
        if given.get("wish") in (ERASE, EXPORT_PERSON) and not given.get("person"):
            self.add_error("person", _("Choose the person."))
        return given


class DecisionForm(forms.Form):
    """Whether the erasure is confirmed, and the answer to who asked."""

    confirmed = forms.TypedChoiceField(
        choices=(("yes", _("Confirm")), ("no", _("Refuse"))), coerce=lambda given: given == "yes", empty_value=None
    )
    answer = forms.CharField(label=_("Answer"), max_length=300, required=False)

    def clean(self) -> dict[str, object]:
        """A refusal has a reason."""
        given: dict[str, object] = super().clean()
        if given.get("confirmed") is False and not given.get("answer"):
            self.add_error("answer", _("Say why it is refused; the person reads it."))
        return given
