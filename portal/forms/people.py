"""Inviting a person to a customer."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.people.models import Membership


class InvitationForm(forms.Form):
    """Who is invited, as what, and how far down the tree."""

    email = forms.EmailField(label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    name = forms.CharField(label=_("Name"), required=False, max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(
        label=_("Role"),
        widget=forms.RadioSelect,
        initial=Membership.Role.MEMBER,
        choices=[
            (Membership.Role.ADMINISTRATOR, _("Administrator: everything, and invites others")),
            (Membership.Role.PAYER, _("Payer: sees everything and pays")),
            (Membership.Role.MEMBER, _("Member: sees everything and changes contracts")),
            (Membership.Role.READER, _("Reader: only sees")),
        ],
    )
    scope = forms.ChoiceField(
        label=_("For"),
        widget=forms.RadioSelect,
        initial=Membership.Scope.SUBTREE,
        choices=[
            (Membership.Scope.SUBTREE, _("this customer and all below it")),
            (Membership.Scope.NODE, _("this customer only")),
        ],
    )
