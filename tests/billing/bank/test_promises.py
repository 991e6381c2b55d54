"""What the database promises of bank lines, transfers, mandates and debits; each test tries to break one."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from billing.invoices.models import Document
from billing.payments.bank import proof as bank_proof
from billing.payments.bank.models import BankLine, TransferOrder
from billing.payments.models import Payment
from billing.payments.sepa.models import DebitFile, DirectDebit, Mandate
from tests.factories import bank
from tests.factories.bank import bring, camt, paying, row
from tests.factories.billing import invoice, seller
from tests.factories.customers import group


def refused(what, change):
    with pytest.raises(IntegrityError, match=what), transaction.atomic():
        change()


def copy_of(thing, **changes):
    thing.pk = None
    for name, value in changes.items():
        setattr(thing, name, value)
    return thing.save


@pytest.mark.django_db
def test_bank_line_is_stored_once():
    refused("bank_line_is_stored_once", copy_of(bank.waiting_line(), ref="B-9"))


@pytest.mark.django_db
def test_matched_bank_line_has_what_it_became():
    line = bank.waiting_line()

    refused("matched_bank_line_has_what_it_became", lambda: BankLine.objects.filter(pk=line.pk).update(status="matched"))


@pytest.mark.django_db
@pytest.mark.parametrize("changes", [{"over_minor": 5}, {"over": "double"}, {"over_minor": -5, "over": "double"}])
def test_bank_line_says_why_it_is_over(changes):
    line = bank.waiting_line()

    refused("bank_line_says_why_it_is_over", lambda: BankLine.objects.filter(pk=line.pk).update(**changes))


@pytest.mark.django_db
def test_payment_belongs_to_one_bank_line():
    seller()
    paid = bank.brought(paying(invoice(group(), 100)))[0]
    other = bank.waiting_line()

    refused("payment_id", lambda: BankLine.objects.filter(pk=other.pk).update(payment=paid.payment, status="matched"))


@pytest.mark.django_db
def test_transfer_is_ordered_once_and_above_zero():
    order = bank.waiting_transfer()

    refused("transfer_order_is_above_zero", lambda: TransferOrder.objects.filter(pk=order.pk).update(amount_minor=0))
    refused("key", copy_of(order, end_to_end="X"))


@pytest.mark.django_db
def test_account_has_one_mandate_in_force():
    mandate = bank.debit().mandate

    refused("one_mandate_per_account", copy_of(mandate, ref="M-9"))
    Mandate.objects.update(revoked_at=bank.EVENING)
    copy_of(Mandate.objects.get(), ref="M-9", revoked_at=None)()


@pytest.mark.django_db
def test_debit_fits_its_file_and_is_at_the_bank_only_in_one():
    debit = bank.debit()

    refused("debit_fits_its_file", lambda: DirectDebit.objects.filter(pk=debit.pk).update(amount_minor=10**11))
    refused("debit_at_the_bank_went_in_a_file", lambda: DirectDebit.objects.filter(pk=debit.pk).update(status="sent"))
    refused("end_to_end", copy_of(debit, key="another"))


@pytest.mark.django_db
def test_file_for_the_bank_never_changes():
    file = bank.debit_at_the_bank().file

    with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
        DebitFile.objects.filter(pk=file.pk).update(content="")
    with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
        DebitFile.objects.filter(pk=file.pk)._raw_delete("default")


def test_same_file_imported_by_several_at_once_is_stored_and_settled_once(committed):
    seller()
    document = invoice(group(), 12000)
    content = camt(paying(document), row(700, "hello"), row(700, "hello"))

    def work(_):
        try:
            return bring(content).new_statements
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        new = list(pool.map(work, range(4)))

    assert sorted(new) == [0, 0, 0, 1]
    assert (BankLine.objects.count(), Payment.objects.count()) == (3, 1)
    assert Document.objects.get(pk=document.pk).open_minor == 0
    assert bank_proof.faults() == []
