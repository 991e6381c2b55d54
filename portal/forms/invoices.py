"""Which invoices a list shows."""

from django import forms
from django.utils.translation import gettext_lazy as _


class InvoiceFilter(forms.Form):
    """State, span and number. Every field may be missing from the address; then the list shows what is open, everywhere below."""

    OPEN, PAID, ALL = "open", "paid", "all"
    SUBTREE, NODE = "subtree", "node"

    state = forms.ChoiceField(label=_("Show"), required=False, choices=[(OPEN, _("Open")), (PAID, _("Paid")), (ALL, _("All"))])
    span = forms.ChoiceField(
        label=_("For"), required=False, choices=[(SUBTREE, _("with everything below")), (NODE, _("this customer only"))]
    )
    q = forms.CharField(
        label=_("Number"), required=False, max_length=40, widget=forms.TextInput(attrs={"type": "search", "placeholder": "INV-…"})
    )
