"""Matching and settling: what a line pays, why, and what is left for people."""

import pytest

from billing.invoices.models import Document
from billing.ledger import balances
from billing.ledger.models import Posting
from billing.payments.bank import proof
from billing.payments.bank.models import BankLine
from tests.factories.bank import ANNA, BORIS, brought, paying, row
from tests.factories.billing import invoice, legacy_invoice, seller
from tests.factories.customers import group
from tests.factories.payments import pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def berlin():
    seller()
    return group("Berlin GmbH")


def open_of(*documents):
    return list(
        Document.objects.filter(pk__in=[document.pk for document in documents])
        .order_by("pk")
        .values_list("open_minor", flat=True)
    )


def became(line):
    return line.status, line.rule, line.over


def test_payment_reference_pays_its_invoice(berlin):
    document = invoice(berlin, 12000)

    line = brought(paying(document))[0]

    assert became(line) == ("matched", "reference", "")
    assert (line.payment.amount_minor, line.payment.payer, line.payment.method_label) == (12000, berlin, "Bank transfer")
    assert open_of(document) == [0]
    assert line.reason == f"It carries the payment reference of {document.ref}."


@pytest.mark.parametrize("words", ["Zahlung {ref} danke", "zahlung {low}", "Rechnung {spaced}", "{ref}/03-2026"])
def test_number_in_the_payers_words_pays_its_invoice(berlin, words):
    document = invoice(berlin, 12000)
    ref = str(document.ref)

    line = brought(row(12000, words.format(ref=ref, low=ref.lower(), spaced=ref.replace("-", " "))))[0]

    assert became(line) == ("matched", "number", "")
    assert open_of(document) == [0]


def test_payment_reference_written_among_other_words_pays_its_invoice(berlin):
    document = invoice(berlin, 12000)
    reference = paying(document).reference
    in_fours = " ".join(reference[place : place + 4] for place in range(0, len(reference), 4))

    assert became(brought(row(12000, f"Ref. {in_fours} thanks"))[0]) == ("matched", "reference", "")


def test_several_numbers_pay_exactly_their_sum(berlin):
    one, other = invoice(berlin, 12000), invoice(berlin, 900)

    line = brought(row(12900, f"{one.ref}, {other.ref}"))[0]

    assert became(line) == ("matched", "number", "")
    assert open_of(one, other) == [0, 0]


def test_several_numbers_with_another_sum_wait_for_a_person(berlin):
    one, other = invoice(berlin, 12000), invoice(berlin, 900)

    line = brought(row(12500, f"{one.ref} and {other.ref}"))[0]

    assert (line.status, line.proposal["rule"]) == ("waiting", "number")
    assert open_of(one, other) == [12000, 900]


def test_number_of_digits_only_counts_beside_the_right_amount(berlin):
    document = legacy_invoice(berlin, 12000, ref="20260301")

    assert brought(row(11900, "2026-03-01"))[0].status == "waiting"
    assert became(brought(row(12000, "2026-03-01"), ref="S-2")[0]) == ("matched", "number", "")
    assert open_of(document) == [0]


def test_account_that_paid_before_pays_the_oldest_invoice_of_that_amount(berlin):
    brought(paying(invoice(berlin, 100)))
    older, newer = invoice(berlin, 12000), invoice(berlin, 12000)

    line = brought(row(12000, "thanks"), ref="S-2")[0]

    assert became(line) == ("matched", "payer_and_amount", "")
    assert open_of(older, newer) == [0, 12000]


def test_account_that_paid_before_pays_invoices_that_come_to_the_amount(berlin):
    brought(paying(invoice(berlin, 100)))
    first, second, third = invoice(berlin, 1000), invoice(berlin, 2200), invoice(berlin, 4500)

    line = brought(row(5500, "several"), ref="S-2")[0]

    assert became(line) == ("matched", "sum", "")
    assert open_of(first, second, third) == [0, 2200, 0]


def test_sum_that_could_be_made_in_two_ways_waits_for_a_person(berlin):
    brought(paying(invoice(berlin, 100)))
    documents = [invoice(berlin, amount) for amount in (1000, 2000, 1500, 1500, 70)]

    line = brought(row(3000, "several"), ref="S-2")[0]

    assert (line.status, line.proposal["rule"]) == ("waiting", "sum")
    assert open_of(*documents) == [1000, 2000, 1500, 1500, 70]


def test_line_teaches_the_ones_before_it_who_pays_from_an_account(berlin):
    document, other = invoice(berlin, 12000), invoice(berlin, 900)

    lines = brought(row(900, "no words"), paying(document))

    assert [became(line) for line in lines] == [("matched", "payer_and_amount", ""), ("matched", "reference", "")]
    assert open_of(document, other) == [0, 0]


def test_line_that_names_an_invoice_comes_before_one_that_may_fit_it(berlin):
    brought(paying(invoice(berlin, 100)))
    older, newer = invoice(berlin, 12000), invoice(berlin, 12000)

    brought(row(12000, "no words"), paying(older), ref="S-2")

    assert open_of(older, newer) == [0, 0]


def test_same_name_and_amount_are_only_suggested(berlin):
    document = invoice(berlin, 12000)

    line = brought(row(12000, "hello", name="BERLIN GMBH", iban=BORIS))[0]

    assert (line.status, line.proposal["rule"], line.proposal["invoices"]) == ("waiting", "name_and_amount", [document.ref])
    assert open_of(document) == [12000]


def test_amount_that_only_one_invoice_has_is_only_suggested(berlin):
    document = invoice(berlin, 12000)

    assert brought(row(12000, "hello"))[0].proposal["rule"] == "amount"
    assert open_of(document) == [12000]


def test_money_that_fits_nothing_waits_without_a_suggestion(berlin):
    invoice(berlin, 12000)

    line = brought(row(777, "hello"))[0]

    assert (line.status, line.proposal) == ("waiting", {})


def test_too_much_is_kept_as_credit_and_flagged(berlin):
    document = invoice(berlin, 12000)

    line = brought(paying(document, 15000))[0]

    assert (became(line), line.over_minor) == (("matched", "reference", "overpaid"), 3000)
    assert balances.credit_of(berlin) == {"EUR": 3000}
    assert open_of(document) == [0]


def test_invoice_paid_before_by_card_is_flagged_as_paid_twice(berlin):
    document = invoice(berlin, 12000)
    pay(berlin, document)

    line = brought(paying(document, 12000))[0]

    assert (became(line), line.over_minor) == (("matched", "reference", "double"), 12000)
    assert balances.credit_of(berlin) == {"EUR": 12000}
    assert [share.document for share in line.payment.shares.all()] == [document]


def test_less_than_is_owed_pays_a_part(berlin):
    document = invoice(berlin, 12000)

    assert became(brought(paying(document, 5000))[0]) == ("matched", "reference", "")
    assert open_of(document) == [7000]


def test_invoice_of_another_seller_or_currency_is_not_paid_from_this_account(berlin):
    foreign = invoice(berlin, 12000, legal_entity=seller("other", iban="DE75512108001245126199"))
    dollars = invoice(berlin, 12000, currency="USD")

    lines = brought(paying(foreign), row(12000, str(dollars.ref)))

    assert [line.status for line in lines] == ["waiting", "waiting"]
    assert open_of(foreign, dollars) == [12000, 12000]


def test_account_of_nobody_we_know_may_still_name_an_invoice(berlin):
    document = invoice(berlin, 12000)

    assert became(brought(paying(document), account="DE75512108001245126199")[0]) == ("matched", "reference", "")


def test_money_of_a_matched_line_leaves_the_clearing_of_the_bank_at_zero(berlin):
    document = invoice(berlin, 12000)
    brought(paying(document, 15000), row(400, "unknown", iban=ANNA))

    assert balances.owed_by(berlin) == {"EUR": -3000}
    assert _sum_of("cash") == 15000
    assert _sum_of("clearing") == 0
    assert proof.faults() == []
    assert BankLine.objects.waiting().count() == 1


def _sum_of(account):
    return sum(Posting.objects.filter(account=account).values_list("amount_minor", flat=True))
