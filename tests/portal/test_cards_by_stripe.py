"""Cards entered in Stripe's fields: only those pages let Stripe in, and only Stripe says what became of a card."""

import pytest
import time_machine
from django.urls import reverse

from billing.payments import methods
from billing.payments.gateways.base import Method
from billing.payments.models import Payment, PaymentMethod
from tests import stripe_double
from tests.factories.billing import invoice
from tests.factories.customers import helios
from tests.factories.payments import pay
from tests.factories.people import member
from tests.portal.visiting import NOW, browser_of, hidden, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def stripe(settings):
    with time_machine.travel(NOW, tick=False), stripe_double.serving() as double:
        settings.STRIPE_SECRET_KEY, settings.STRIPE_PUBLISHABLE_KEY = stripe_double.SECRET_KEY, "pk_test_double"
        settings.STRIPE_API = double.url
        yield double


@pytest.fixture
def tree(stripe):
    return helios()


@pytest.fixture
def payer(tree):
    return member(tree.germany, "payer")


def test_a_card_is_entered_at_stripe_and_kept_when_stripe_says_so(stripe, tree, payer):
    visitor = browser_of(payer)
    page = visitor.post(reverse("portal:setups_begun", args=[tree.germany.number]), {"scope": "subtree"})
    setup = hidden(page, "setup")[0]
    results = reverse("portal:setup_results", args=[tree.germany.number])

    early = visitor.post(results, {"setup": setup}, follow=True)
    stripe.entered(setup)
    done = [visitor.post(results, {"setup": setup}, follow=True) for _ in range(2)]

    assert 'name="number"' not in page.content.decode()
    assert "The card was not set up." in words(early)
    assert "Visa •••• 4242 is kept." in words(done[1])
    assert PaymentMethod.objects.get().scope == "subtree"


def test_looking_at_the_page_of_a_replacement_begins_nothing_at_stripe(stripe, tree, payer):
    kept = methods.keep(
        actor=None, customer=tree.germany, method=Method("stripe", stripe.card("cus_1"), "Visa •••• 4242"), at=NOW
    )
    address = reverse("portal:method_replacements", args=[kept.pk])

    page = browser_of(payer).get(address)
    begun = [one for one in stripe.things.values() if one["object"] == "setup_intent"]
    fields = browser_of(payer).post(address)

    assert (page.status_code, begun) == (200, [])
    assert hidden(fields, "setup")


def test_only_the_pages_with_stripes_fields_let_stripe_in(stripe, tree, payer):
    visitor = browser_of(payer)

    fields = visitor.post(reverse("portal:setups_begun", args=[tree.germany.number]), {"scope": "node"})
    others = visitor.get(reverse("portal:methods", args=[tree.germany.number]))

    policy = fields["Content-Security-Policy"]
    assert "frame-src https://js.stripe.com https://hooks.stripe.com" in policy
    assert "https://api.stripe.com" in policy
    assert "stripe" not in others["Content-Security-Policy"]
    assert "unsafe-inline" not in policy


def test_a_payment_that_waits_for_the_bank_is_confirmed_or_given_up_on_its_page(stripe, tree, payer):
    visitor, document = browser_of(payer), invoice(tree.germany, 12000)
    paying = Method("stripe", stripe.card("cus_1", "confirm"), "Visa •••• 4242")
    payment = pay(tree.germany, document, card=paying, actor=payer)

    page = visitor.get(reverse("portal:payment", args=[payment.ref]))
    reader = browser_of(member(tree.germany, "reader")).get(reverse("portal:payment", args=[payment.ref]))
    visitor.post(reverse("portal:payment_abandonments", args=[payment.ref]))

    assert "Your bank wants you to confirm this payment" in words(page)
    assert "https://js.stripe.com" in page["Content-Security-Policy"]
    assert "_secret" not in reader.content.decode()
    payment.refresh_from_db()
    assert payment.status == Payment.Status.DECLINED


def test_the_checkout_asks_for_no_number_and_leads_to_stripes_fields(stripe, tree, payer):
    document = invoice(tree.germany, 12000)
    kept = methods.keep(actor=None, customer=tree.germany, method=Method("stripe", stripe.card("cus_1"), "Visa"), at=NOW)

    page = browser_of(payer).get(f"{reverse('portal:new_payment', args=[tree.germany.number])}?documents={document.ref}")

    assert 'name="number"' not in page.content.decode()
    assert f'value="{kept.pk}"' in page.content.decode()
    assert "Add another card" in words(page)
