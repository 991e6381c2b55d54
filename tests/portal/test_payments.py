"""Paying: everything open in two clicks, once, by card; declined, unanswered and foreign ones included."""

from uuid import uuid4

import pytest
from django.urls import reverse

from billing.money import Money
from billing.payments import collecting, receiving
from billing.payments.models import GatewayCharge, Payment, PaymentMethod, Refund
from billing.reports import receipt_pdf
from tests.factories import payments
from tests.factories.billing import invoice
from tests.factories.people import member
from tests.portal.visiting import NOW, browser_of, hidden, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
GOOD, DECLINED, ANSWERS_LATE = "4242 4242 4242 4242", "4000 0000 0000 0002", "4000 0000 0000 0119"


@pytest.fixture
def visitor(tree):
    return browser_of(member(tree.germany, "payer"))


def pay(visitor, node, *documents, confirmed, number=GOOD, **given):
    card = {"method": "another", "number": number, "expiry": "12/29", "key": uuid4(), "confirmed": confirmed}
    sent = card | {"documents": [document.ref for document in documents]} | given
    return visitor.post(reverse("portal:payments", args=[node.number]), sent)


def still_open(*documents):
    for document in documents:
        document.refresh_from_db()
    return [document.open_minor for document in documents]


def test_everything_open_below_is_paid_in_two_clicks(visitor, tree):
    first, second = invoice(tree.berlin, 12000), invoice(tree.lab, 900)
    invoices = visitor.get(reverse("portal:invoices", args=[tree.germany.number]))
    assert "129.00 EUR to pay, with everything below." in words(invoices)

    page = visitor.get(f"/portal/customers/{tree.germany.number}/payments/new/?currency=EUR")
    answer = pay(visitor, tree.germany, first, second, confirmed=hidden(page, "confirmed")[0], key=hidden(page, "key")[0])

    assert "Pay everything open" in words(invoices)
    assert hidden(page, "documents") == [first.ref, second.ref]
    assert "129.00 EUR paid" in words(visitor.get(answer.url))
    assert still_open(first, second) == [0, 0]


def test_payment_sent_twice_takes_the_money_once(visitor, tree):
    document, key = invoice(tree.berlin, 12000), uuid4()

    answers = [pay(visitor, tree.berlin, document, confirmed=12000, key=key) for _ in range(2)]

    assert answers[0].url == answers[1].url
    assert GatewayCharge.objects.count() == Payment.objects.count() == 1


def test_declined_card_says_why_and_the_next_attempt_is_another_one(visitor, tree):
    document, key = invoice(tree.berlin, 12000), uuid4()

    answer = pay(visitor, tree.berlin, document, confirmed=12000, number=DECLINED, key=key)

    assert answer.status_code == 422
    assert "Nothing was charged. Try another card." in words(answer)
    assert f'value="{DECLINED}"' not in answer.content.decode(), "the number of a card is written back into no page"
    assert hidden(answer, "documents") == [document.ref]
    assert hidden(answer, "key") != [str(key)]
    assert pay(visitor, tree.berlin, document, confirmed=12000, key=hidden(answer, "key")[0]).status_code == 302
    assert still_open(document) == [0]


def test_payment_without_an_answer_is_being_checked_and_cannot_be_paid_again(visitor, tree):
    document = invoice(tree.berlin, 12000)

    page = visitor.get(pay(visitor, tree.berlin, document, confirmed=12000, number=ANSWERS_LATE).url)

    assert "Do not pay these invoices again." in words(page)
    assert "A payment is being checked" in words(visitor.get(f"/portal/customers/{tree.berlin.number}/payments/new/"))
    assert "Payment being checked" in words(visitor.get(reverse("portal:invoices", args=[tree.berlin.number])))
    again = pay(visitor, tree.berlin, document, confirmed=12000)
    assert again.status_code == 422
    assert Payment.objects.count() == 1


def test_currencies_are_paid_one_after_the_other(tree):
    visitor = browser_of(member(tree.group, "payer"))
    euros, dollars = invoice(tree.berlin, 12000), invoice(tree.us, 900, currency="USD")
    address = f"/portal/customers/{tree.group.number}/payments/new/"

    page, invoices = visitor.get(address), visitor.get(reverse("portal:invoices", args=[tree.group.number]))

    assert "One payment takes one currency." in words(page)
    assert f'href="?documents={dollars.ref}"' in page.content.decode()
    assert f"{address}?currency=USD" in invoices.content.decode()
    assert hidden(visitor.get(f"{address}?currency=USD"), "documents") == [dollars.ref]
    assert hidden(visitor.get(f"{address}?currency=EUR"), "documents") == [euros.ref]
    assert pay(visitor, tree.group, euros, dollars, confirmed=12900).status_code == 422
    assert not Payment.objects.exists()


def test_foreign_invoice_hidden_in_the_form_is_not_found_and_nothing_is_paid(visitor, tree):
    own, foreign = invoice(tree.berlin, 12000), invoice(tree.us, 900)

    assert pay(visitor, tree.germany, own, foreign, confirmed=12900).status_code == 404
    assert visitor.get(f"/portal/customers/{tree.germany.number}/payments/new/?documents={foreign.ref}").status_code == 404
    assert not Payment.objects.exists()


def test_total_other_than_the_one_shown_is_refused_on_the_form(visitor, tree):
    document = invoice(tree.berlin, 12000)

    answer = pay(visitor, tree.berlin, document, confirmed=11000)

    assert answer.status_code == 422
    assert not Payment.objects.exists()
    assert still_open(document) == [12000]


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        ({"number": ""}, "Enter the card number."),
        ({"expiry": ""}, "Enter until when the card is valid."),
        ({"number": "1234"}, "This is not a card number: check its digits."),
        ({"expiry": "01/20"}, "This card has expired."),
        ({"method": "17"}, "Select a valid choice."),
    ],
)
def test_card_that_cannot_be_one_is_refused_at_its_field(visitor, tree, card, reason):
    answer = pay(visitor, tree.berlin, invoice(tree.berlin, 12000), confirmed=12000, **card)

    assert answer.status_code == 422
    assert reason in words(answer)
    assert not Payment.objects.exists()


def test_card_kept_pays_the_next_time(visitor, tree):
    pay(visitor, tree.berlin, invoice(tree.berlin, 12000), confirmed=12000, keep="on")
    kept, document = PaymentMethod.objects.get(), invoice(tree.berlin, 700)

    page = visitor.get(f"/portal/customers/{tree.berlin.number}/payments/new/")
    answer = pay(visitor, tree.berlin, document, confirmed=700, method=kept.pk, number="", expiry="")

    assert "4242" in words(page)
    assert answer.status_code == 302
    assert still_open(document) == [0]


def test_page_that_stood_open_in_a_second_tab_says_that_it_is_settled(visitor, tree):
    owed = invoice(tree.berlin, 12000)
    pay(visitor, tree.germany, owed, confirmed=12000)

    again = pay(visitor, tree.germany, owed, confirmed=12000)
    reloaded = visitor.get(reverse("portal:new_payment", args=[tree.germany.number]), {"documents": owed.ref})

    assert Payment.objects.count() == 1
    for answer in (again, reloaded):
        assert "What you came to pay is settled." in words(answer)
        assert "different currencies" not in words(answer)


def test_what_is_settled_meanwhile_is_left_out_of_what_is_paid(visitor, tree):
    settled, owed = invoice(tree.berlin, 12000), invoice(tree.lab, 900)
    pay(visitor, tree.germany, settled, confirmed=12000)

    page = visitor.get(reverse("portal:new_payment", args=[tree.germany.number]), {"documents": [settled.ref, owed.ref]})

    assert hidden(page, "documents") == [owed.ref]
    assert hidden(page, "confirmed") == ["900"]


def test_nothing_to_pay_says_so(visitor, tree):
    assert "Nothing to pay" in words(visitor.get(f"/portal/customers/{tree.germany.number}/payments/new/"))


def test_reader_is_told_why_the_button_to_pay_rests(tree):
    document = invoice(tree.berlin, 12000)
    reader = browser_of(member(tree.berlin, "reader"))

    for address in (reverse("portal:invoices", args=[tree.berlin.number]), reverse("portal:invoice", args=[document.ref])):
        assert "Your role here does not include paying." in words(reader.get(address))


def test_part_of_an_invoice_is_paid_with_its_reason(visitor, tree):
    document = invoice(tree.berlin, 12000)

    answer = pay(visitor, tree.berlin, document, confirmed=12000, amount="50.00", why="The rest is disputed.")

    payment = Payment.objects.get()
    assert (payment.amount_minor, payment.part_reason, still_open(document)) == (5000, "The rest is disputed.", [7000])
    assert "A part was paid: The rest is disputed." in words(visitor.get(answer.url))


@pytest.mark.parametrize(
    ("amount", "why", "told"),
    [
        ("50.00", " ", "Say why you pay a part"),
        ("120.00", "x", "A part lies above zero and below the 120.00 EUR that are open."),
        ("0", "x", "A part lies above zero"),
        ("-5", "x", "A part lies above zero"),
        ("12,50", "x", "is not an amount in EUR"),
        ("1e3", "x", "is not an amount in EUR"),
        ("9" * 20, "x", ""),
    ],
)
def test_part_that_is_none_is_refused_and_nothing_is_paid(visitor, tree, amount, why, told):
    document = invoice(tree.berlin, 12000)

    answer = pay(visitor, tree.berlin, document, confirmed=12000, amount=amount, why=why)

    assert answer.status_code == 422
    assert told in words(answer)
    assert (Payment.objects.count(), still_open(document)) == (0, [12000])


def test_part_of_two_invoices_at_once_is_refused(visitor, tree):
    first, second = invoice(tree.berlin, 12000), invoice(tree.lab, 900)

    answer = pay(visitor, tree.germany, first, second, confirmed=12900, amount="50.00", why="x")

    assert answer.status_code == 422
    assert not Payment.objects.exists()


def paid_twice(customer, amount):
    """A payment by card for an invoice that another payment had settled when it came."""
    document = invoice(customer, amount)
    second = payments.start(customer, document)
    facts = {"seller": document.legal_entity, "key": uuid4(), "at": NOW, "documents": [document]}
    receiving.receive(actor=None, payer=customer, amount=Money(amount, "EUR"), **facts)
    return collecting.carry_out(second.pk, NOW)


def test_money_paid_twice_is_offered_and_goes_back_by_one_click(visitor, tree):
    payment = paid_twice(tree.germany, 3000)
    listed = words(visitor.get(reverse("portal:payments", args=[tree.germany.number])))
    assert "30.00 EUR of your money is left over" in listed

    told = words(visitor.post(reverse("portal:kept_answers", args=[payment.ref]), {"answer": "send_back"}, follow=True))

    assert Refund.objects.get().amount_minor == 3000
    assert "of your money is left over" not in told


def test_money_paid_too_much_is_kept_by_one_click(visitor, tree):
    document = invoice(tree.germany, 12000)
    facts = {"seller": document.legal_entity, "key": uuid4(), "at": NOW, "documents": [document]}
    payment = receiving.receive(actor=None, payer=tree.germany, amount=Money(15000, "EUR"), **facts)

    told = words(visitor.post(reverse("portal:kept_answers", args=[payment.ref]), {"answer": "keep"}, follow=True))

    assert "it stays as credit and pays towards the next invoice" in told
    assert "of your money is left over" not in told


def test_answer_that_is_none_is_not_found(visitor, tree):
    pay(visitor, tree.berlin, invoice(tree.berlin, 12000), confirmed=12000)

    assert visitor.post(reverse("portal:kept_answers", args=[Payment.objects.get().ref]), {"answer": "burn"}).status_code == 404


@pytest.mark.parametrize(
    ("language", "title"), [("en", "We received 120.00 EUR with thanks."), ("de", "Wir haben 120,00 EUR dankend")]
)
def test_receipt_says_what_came_and_what_it_paid(visitor, tree, language, title):
    document = invoice(tree.berlin, 12000)
    pay(visitor, tree.berlin, document, confirmed=12000)

    page = receipt_pdf.html_of(Payment.objects.get(), language).replace("\u00a0", " ")

    assert title in page
    assert document.ref in page


def test_receipt_is_handed_over_as_pdf_and_only_of_what_was_paid(visitor, tree):
    document = invoice(tree.berlin, 12000)
    pay(visitor, tree.berlin, document, confirmed=12000, number=DECLINED)
    declined = Payment.objects.get()
    pay(visitor, tree.berlin, document, confirmed=12000)
    paid = Payment.objects.get(status="succeeded")

    answer = visitor.get(reverse("portal:receipt", args=[paid.ref]))

    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert visitor.get(reverse("portal:receipt", args=[declined.ref])).status_code == 404


def test_receipt_tells_what_was_kept_and_given_back(visitor, tree):
    payment = paid_twice(tree.germany, 12000)

    assert "Kept as credit" in receipt_pdf.html_of(payment, "en")
    visitor.post(reverse("portal:kept_answers", args=[payment.ref]), {"answer": "send_back"})

    page = receipt_pdf.html_of(Payment.objects.get(pk=payment.pk), "en")
    assert "Kept as credit" not in page
    assert "Given back or taken back by the bank" in page


def test_money_that_came_in_no_way_we_can_send_back_by_goes_to_a_person(visitor, tree):
    document = invoice(tree.germany, 12000)
    facts = {"seller": document.legal_entity, "key": uuid4(), "at": NOW, "documents": [document]}
    payment = receiving.receive(actor=None, payer=tree.germany, amount=Money(15000, "EUR"), channel="cash", **facts)

    told = words(visitor.post(reverse("portal:kept_answers", args=[payment.ref]), {"answer": "send_back"}, follow=True))

    assert "write to us with your account" in told
    assert not Refund.objects.exists()
