"""Mandates: who lets which seller collect from which account, signed in the portal.

The account is checked by its digits. With the mandate the account becomes a kept method of the customer, so that it can be
chosen wherever a payment is made. Revoking it forgets the method; debits that are at the bank already still come.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from stdnum import iban as ibans
from stdnum.exceptions import ValidationError

from accounts import numbering
from accounts.customers.models import Customer
from accounts.days import local_day
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from billing.catalog.models import LegalEntity
from billing.payments import methods
from billing.payments.gateways.base import Method
from billing.payments.gateways.direct_debit import DirectDebits
from billing.payments.models import PaymentMethod
from billing.payments.sepa.models import Mandate

# The countries of the Single Euro Payments Area, by ISO code.
AREA: Final = frozenset({
    "AD", "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GI", "GR", "HR", "HU", "IE", "IS", "IT",
    "LI", "LT", "LU", "LV", "MC", "MD", "ME", "MK", "MT", "NL", "NO", "PL", "PT", "RO", "RS", "SE", "SI", "SK", "SM", "VA",
})  # fmt: skip


class AccountRefused(Refusal):
    """What was typed as an account cannot be one from which is collected; `field` says which input is at fault."""

    code = "account_refused"
    field = "iban"


class SellerDoesNotCollect(Refusal):
    """The seller has no creditor identifier."""

    code = "seller_does_not_collect"


def sellers_for(customer: Customer) -> Sequence[LegalEntity]:
    """Return the sellers that collect by direct debit and have billed `customer`; all that collect when none has."""
    collecting = LegalEntity.objects.exclude(creditor_id="").exclude(iban="")
    return list(collecting.filter(documents__customer=customer).distinct().order_by("pk")) or list(collecting.order_by("pk"))


def sign(*, actor: User | None, customer: Customer, seller: LegalEntity, holder: str, iban: str, at: datetime) -> Mandate:
    """Let `seller` collect from the account; signing for the same account again returns the mandate in force.

    Raises:
        AccountRefused: the account cannot be right, or lies outside the area.
        SellerDoesNotCollect: the seller has no creditor identifier.
        Refusal: `actor` may not pay for the customer.
    """
    account = checked(iban)
    if not seller.creditor_id:
        raise SellerDoesNotCollect(_("{seller} does not collect by direct debit.").format(seller=seller))
    with transaction.atomic():
        customer = Customer.objects.select_for_update().get(pk=customer.pk)
        if actor is not None:
            access.decide(actor, access.PAY, customer).or_refuse()
        facts = {"customer": customer, "seller": seller, "iban": account, "scheme": Mandate.Scheme.CORE}
        if earlier := Mandate.objects.filter(revoked_at=None, **facts).first():
            return earlier
        mandate = Mandate.objects.create(
            ref=numbering.next_ref("M"), holder=holder.strip()[:70], signed_on=local_day(at, customer.timezone), signed_at=at,
            signed_by=actor, **facts,
        )  # fmt: skip
        methods.keep(actor=actor, customer=customer, method=method_of(mandate), at=at, verified=True)
        told = {"account": masked(account), "seller": seller.name, "creditor_id": seller.creditor_id}
        recording.record(customer, "billing.mandate_signed", actor=actor, at=at, about=mandate, facts=told)
        return mandate


def revoke(*, actor: User | None, mandate: Mandate, at: datetime) -> Mandate:
    """Take a mandate back: nothing more is ordered under it, and its account is no method any more. Once is enough."""
    with transaction.atomic():
        held = Mandate.objects.select_for_update(of=("self",)).select_related("customer").get(pk=mandate.pk)
        if actor is not None:
            access.decide(actor, access.PAY, held.customer).or_refuse()
        if held.revoked_at is None:
            held.revoked_at = at
            held.save(update_fields=["revoked_at"])
            for kept in PaymentMethod.objects.filter(gateway=DirectDebits.code, token=held.ref, removed_at=None):
                methods.forget(kept=kept, at=at)
            recording.record(held.customer, "billing.mandate_revoked", actor=actor, at=at, about=held, facts={})
        return held


def checked(iban: str) -> str:
    """Return an account as it is kept, without blanks.

    Raises:
        AccountRefused: its digits cannot be right, or banks of its country do not take part.
    """
    try:
        account = str(ibans.validate(iban))
    except ValidationError as fault:
        raise AccountRefused(_("This is not an IBAN: check its digits.")) from fault
    if account[:2] not in AREA:
        raise AccountRefused(_("Direct debits are collected within the euro payments area only."))
    return account


def masked(iban: str) -> str:
    """Write an account so that its holder knows it and nobody else learns it."""
    return f"{iban[:2]} •••• {iban[-4:]}"


def method_of(mandate: Mandate) -> Method:
    """Return the mandate as a way to pay."""
    return Method(gateway=DirectDebits.code, token=mandate.ref, label=f"Direct debit {masked(mandate.iban)}")
