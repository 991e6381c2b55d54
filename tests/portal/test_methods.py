"""How a customer pays: cards kept, checked, replaced and removed, and invoices that pay themselves."""

from datetime import timedelta

import pytest
from django.urls import reverse

from billing.payments import autopay, methods
from billing.payments.gateways import sandbox
from billing.payments.models import Autopay, Payment, PaymentMethod
from tests.factories.billing import invoice, subscribed
from tests.factories.payments import GOOD, TIMES_OUT, TODAY
from tests.factories.people import member
from tests.portal.visiting import NOW, browser_of, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def visitor(tree):
    return browser_of(member(tree.germany, "payer"))


def page(visitor, node):
    return visitor.get(reverse("portal:methods", args=[node.number]))


def add(visitor, node, number="4242 4242 4242 4242", expiry="12/29", scope="node"):
    return visitor.post(
        reverse("portal:methods", args=[node.number]), {"number": number, "expiry": expiry, "scope": scope}, follow=True
    )


def keep(node, card=GOOD, **facts):
    return methods.keep(actor=None, customer=node, method=card, at=NOW, **facts)


def press(visitor, name, kept, **given):
    return visitor.post(reverse(f"portal:{name}", args=[kept.pk]), given, follow=True)


def test_a_card_added_is_checked_kept_and_the_default(visitor, tree):
    answer = add(visitor, tree.germany, scope="subtree")

    assert "Visa •••• 4242 is kept and is the default now." in words(answer)
    assert "31 Dec 2029" in words(answer)
    assert "kept there for all below" in words(page(visitor, tree.berlin))
    assert PaymentMethod.objects.get().verified_at == NOW


def test_a_card_that_is_declined_is_not_kept_and_says_why(visitor, tree):
    answer = add(visitor, tree.germany, "4000 0000 0000 0002")

    assert answer.status_code == 422
    assert "The card was declined by its bank. Visa •••• 0002 is not kept." in words(answer)
    assert "4000 0000 0000 0002" not in answer.content.decode().replace("<dt", "").split("Which cards")[0]
    assert not PaymentMethod.objects.exists()


@pytest.mark.parametrize(("on_day", "said"), [(29, "Expires in 2 days"), (30, "Expires in a day"), (31, "Expired")])
def test_a_card_wears_its_expiry(visitor, tree, clock, on_day, said):
    keep(tree.germany, sandbox.tokenise("4242424242424242", "01/26", on=NOW.date()))
    clock.move_to(NOW.replace(day=1) + timedelta(days=on_day))
    visitor = browser_of(member(tree.germany, "payer"))

    assert said in words(page(visitor, tree.germany))


def test_the_last_card_of_what_runs_cannot_be_removed_and_the_page_says_why(visitor, tree):
    subscription, kept = subscribed(tree.germany), keep(tree.germany)
    reason = f"Visa •••• 4242 is the last way to pay for the running subscription {subscription.ref}."

    assert reason in words(page(visitor, tree.germany))
    answer = press(visitor, "method_removals", kept)

    assert answer.status_code == 422
    assert reason in words(answer)
    assert methods.kept_for(tree.germany) == [kept]


def test_a_card_that_nothing_needs_is_removed_once(visitor, tree):
    kept = keep(tree.germany)

    assert "is no longer kept" in words(press(visitor, "method_removals", kept))
    assert press(visitor, "method_removals", kept).status_code == 404


def test_another_default_is_chosen_and_an_unverified_card_verified(visitor, tree):
    kept, late = keep(tree.germany), keep(tree.germany, TIMES_OUT)

    assert "Visa •••• 4242 is the default now." in words(press(visitor, "method_defaults", kept))
    assert "Visa •••• 4242 works." in words(press(visitor, "method_checks", kept))
    assert "no answer yet for Visa •••• 0119" in words(press(visitor, "method_checks", late))
    assert methods.default_for(tree.germany, TODAY) == kept


def test_a_card_replaced_goes_on_paying_automatically(visitor, tree):
    kept = keep(tree.germany)
    order = autopay.set_up(actor=None, customer=tree.germany, terms=autopay.Terms(method=kept), at=NOW)

    declined = press(visitor, "method_replacements", kept, number="4000 0000 0000 0002", expiry="12/29")
    answer = press(visitor, "method_replacements", kept, number="4000 0000 0000 0119", expiry="12/29")

    assert declined.status_code == 422
    assert "Visa •••• 0119 took the place of Visa •••• 4242." in words(answer)
    order.refresh_from_db()
    assert order.method.label == "Visa •••• 0119"


def test_invoices_pay_themselves_from_the_day_it_is_set(visitor, tree):
    keep(tree.germany)
    invoice(tree.germany, 100)
    given = {"scope": "subtree", "day": "5", "limit": "50.00"}

    answer = visitor.post(reverse("portal:autopay", args=[tree.germany.number]), given, follow=True)
    autopay.pay_due(at=NOW)

    assert "On day 5 of the month, or on the due day when that is earlier" in words(answer)
    assert "at most 50.00 EUR a month, everything below included." in words(answer)
    assert "Helios Germany pays the invoices of this customer automatically" in words(page(visitor, tree.berlin))
    assert Payment.objects.get().status == Payment.Status.SUCCEEDED


def test_automatic_payment_set_twice_by_a_double_click_is_one_and_can_be_switched_off(visitor, tree):
    keep(tree.germany)
    for _ in range(2):
        visitor.post(reverse("portal:autopay", args=[tree.germany.number]), {"scope": "node"})
    assert Autopay.objects.count() == 1

    answer = visitor.post(reverse("portal:autopay_ends", args=[tree.germany.number]), follow=True)

    assert "Automatic payment is off." in words(answer)
    assert autopay.in_force_at(tree.germany) is None


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"day": "31"}, "less than or equal to 28"),
        ({"limit": "-1"}, "above zero"),
        ({"limit": "a lot"}, "a lot"),
        ({"method": "99"}, "Select a valid choice"),
    ],
)
def test_terms_that_make_no_sense_are_refused_on_the_form(visitor, tree, given, reason):
    keep(tree.germany)

    answer = visitor.post(reverse("portal:autopay", args=[tree.germany.number]), {"scope": "node"} | given)

    assert answer.status_code == 422
    assert reason in words(answer)
    assert not Autopay.objects.exists()


def test_a_card_kept_above_pays_below_in_the_checkout(visitor, tree):
    kept, document = keep(tree.germany, GOOD, scope="subtree"), invoice(tree.berlin, 100)
    address = reverse("portal:new_payment", args=[tree.berlin.number])
    below = browser_of(member(tree.berlin, "payer"))

    checkout = below.get(f"{address}?documents={document.ref}")

    assert f'value="{kept.pk}"' in checkout.content.decode()
