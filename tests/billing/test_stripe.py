"""Stripe: charges, refunds, confirmations, disputes and news, against a strict double of it on the loopback."""

import random
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.decisions import Refusal
from accounts.timeline.models import Activity
from billing.ledger import balances, proof
from billing.money import Money
from billing.payments import autopay, collecting, methods, refunds, settlement
from billing.payments.gateways import stripe as gateway
from billing.payments.gateways.base import Method, Outcome
from billing.payments.models import Payment, PaymentMethod, Refund
from billing.payments.stripe import confirming, events, setups
from billing.payments.stripe.models import StripeCall, StripeEvent
from tests import stripe_double
from tests.factories import people
from tests.factories.billing import invoice
from tests.factories.customers import below, group, helios
from tests.factories.payments import NOON, pay, start

LATER = NOON + timedelta(minutes=5)
TOO_LATE = NOON + timedelta(hours=2)


@pytest.fixture
def stripe(db, settings):
    with stripe_double.serving() as double:
        settings.STRIPE_SECRET_KEY, settings.STRIPE_PUBLISHABLE_KEY = stripe_double.SECRET_KEY, "pk_test_double"
        settings.STRIPE_WEBHOOK_SECRET, settings.STRIPE_API = stripe_double.WEBHOOK_SECRET, double.url
        yield double


@pytest.fixture
def berlin(stripe):
    return helios().berlin


def card(stripe, behaviour="good"):
    return Method("stripe", stripe.card("cus_1", behaviour), "Visa •••• 4242")


def charges(stripe):
    return [one for one in stripe.things.values() if one["object"] == "payment_intent"]


def news(stripe, kind, about, at=NOON):
    body, signed = stripe.event(kind, about)
    return events.receive(payload=body, signature=signed, at=at)


def hear(stripe, kind, about, at=LATER):
    return events.apply(news(stripe, kind, about), at)


def test_a_charge_settles_its_invoice_and_carries_our_key(stripe, berlin):
    document = invoice(berlin, 12000)

    payment = pay(berlin, document, card=card(stripe))

    document.refresh_from_db()
    charge = charges(stripe)[0]
    assert (payment.status, payment.gateway_ref, document.open_minor) == ("succeeded", charge["id"], 0)
    assert charge["metadata"] == {"accord_key": str(payment.key), "accord_ref": payment.ref}
    assert (charge["amount"], charge["currency"]) == (12000, "eur")


def test_an_answer_lost_is_found_again_by_its_key_and_charged_once(stripe, berlin):
    document = invoice(berlin, 12000)

    payment = pay(berlin, document, card=card(stripe, "late"))
    assert payment.status == "unknown"
    collecting.ask_unknown(at=LATER)

    payment.refresh_from_db()
    assert payment.status == "succeeded"
    assert len(charges(stripe)) == 1


def test_a_charge_that_never_arrived_is_sent_again_under_its_key(stripe, berlin):
    stripe.away = True
    payment = pay(berlin, invoice(berlin, 12000), card=card(stripe))
    assert payment.status == "unknown"

    collecting.ask_unknown(at=LATER)
    payment.refresh_from_db()
    assert payment.status == "unknown", "while Stripe is away nobody can know"
    stripe.away = False
    collecting.ask_unknown(at=LATER + timedelta(minutes=1))

    payment.refresh_from_db()
    assert payment.status == "succeeded"
    assert len(charges(stripe)) == 1


def test_a_double_click_charges_once(stripe, berlin):
    key, document, paying = uuid4(), invoice(berlin, 12000), card(stripe)

    for _ in range(2):
        pay(berlin, document, card=paying, key=key)

    assert len(charges(stripe)) == Payment.objects.count() == 1


def test_a_payment_waits_for_the_bank_and_is_paid_once_confirmed(stripe, berlin):
    document, payer = invoice(berlin, 12000), people.payer(berlin)
    payment = pay(berlin, document, card=card(stripe, "confirm"), actor=payer)
    assert payment.status == "unknown"
    assert confirming.secret_for(payment).endswith("_secret")
    with pytest.raises(collecting.BeingPaid):
        start(berlin, document, card=card(stripe))

    stripe.confirm(charges(stripe)[0]["id"])
    hear(stripe, "payment_intent.succeeded", charges(stripe)[0]["id"])

    payment.refresh_from_db()
    assert payment.status == "succeeded"
    assert confirming.secret_for(payment) == ""


def test_a_payment_nobody_confirms_is_given_up_after_an_hour(stripe, berlin):
    document = invoice(berlin, 12000)
    payment = pay(berlin, document, card=card(stripe, "confirm"), actor=people.payer(berlin))

    assert confirming.give_up(at=LATER) == 0
    assert confirming.give_up(at=TOO_LATE) == 1

    payment.refresh_from_db()
    assert (payment.status, payment.decline_reason) == ("declined", gateway.NOT_CONFIRMED)
    assert pay(berlin, document, card=card(stripe)).status == "succeeded"


def test_a_payment_confirmed_before_it_is_given_up_stands(stripe, berlin):
    payer = people.payer(berlin)
    payment = pay(berlin, invoice(berlin, 12000), card=card(stripe, "confirm"), actor=payer)
    stripe.confirm(charges(stripe)[0]["id"])

    assert confirming.abandon(actor=payer, payment=payment, at=LATER).status == "succeeded"


def test_only_who_may_pay_gives_a_payment_up(stripe, berlin):
    payer = people.payer(berlin)
    payment = pay(berlin, invoice(berlin, 12000), card=card(stripe, "confirm"), actor=payer)

    with pytest.raises(Refusal):
        confirming.abandon(actor=people.member(berlin, "reader"), payment=payment, at=LATER)
    assert confirming.abandon(actor=payer, payment=payment, at=LATER).status == "declined"


def test_an_automatic_payment_that_wants_confirming_is_declined_with_what_to_do(stripe, berlin):
    document = invoice(berlin, 12000)
    methods.keep(actor=None, customer=berlin, method=card(stripe, "confirm"), at=NOON)
    autopay.set_up(actor=None, customer=berlin, terms=autopay.Terms(), at=NOON)

    autopay.pay_due(at=NOON)

    payment = Payment.objects.get()
    assert (payment.status, payment.decline_reason) == ("declined", gateway.BY_ITSELF)
    document.refresh_from_db()
    assert document.open_minor == 12000


def test_money_goes_back_to_the_card_once(stripe, berlin):
    payment = pay(berlin, invoice(berlin, 12000), card=card(stripe))
    key = uuid4()

    for _ in range(2):
        refunds.refund(actor=None, payment=payment, amount_minor=5000, reason="x", key=key, at=NOON, reopens=True)

    assert Refund.objects.get().status == "succeeded"
    assert charges(stripe)[0]["refunded"] == 5000


def test_a_dispute_takes_the_money_back_and_gives_it_again_when_won(stripe, berlin):
    document = invoice(berlin, 12000)
    payment = pay(berlin, document, card=card(stripe))
    dispute = stripe.dispute(payment.gateway_ref, "needs_response")

    for _ in range(2):
        hear(stripe, "charge.dispute.created", dispute)
    document.refresh_from_db()
    assert (document.open_minor, settlement.charged_back(payment)) == (12000, 12000)

    stripe.things[dispute]["status"] = "won"
    hear(stripe, "charge.dispute.closed", dispute)
    hear(stripe, "charge.dispute.created", dispute, at=LATER + timedelta(days=1))

    document.refresh_from_db()
    assert (document.open_minor, settlement.charged_back(payment)) == (0, 0)
    assert Activity.objects.filter(kind="billing.payment_charged_back").count() == 1


@pytest.mark.parametrize("kinds", [["refund.failed"], ["charge.refund.updated", "refund.failed", "refund.updated"]])
def test_a_refund_that_failed_after_it_succeeded_is_put_back_once(stripe, berlin, kinds):
    document = invoice(berlin, 12000)
    payment = pay(berlin, document, card=card(stripe))
    refund = refunds.refund(actor=None, payment=payment, amount_minor=5000, reason="x", key=uuid4(), at=NOON, reopens=True)
    stripe.things[refund.gateway_ref] |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}

    assert all(hear(stripe, kind, refund.gateway_ref) for kind in kinds)

    refund.refresh_from_db()
    payment.refresh_from_db()
    document.refresh_from_db()
    assert (refund.status, refund.decline_reason) == ("declined", "The card was reported lost or stolen.")
    assert (payment.refunded_minor, document.open_minor, proof.faults()) == (0, 0, [])
    assert Activity.objects.filter(kind="billing.refund_came_back").count() == 1


def test_news_of_a_refund_that_overtakes_its_answer_is_found_by_its_key(stripe, berlin):
    payment = pay(berlin, invoice(berlin, 12000), card=card(stripe))
    refund = refunds.refund(actor=None, payment=payment, amount_minor=5000, reason="x", key=uuid4(), at=NOON, reopens=True)
    StripeCall.objects.filter(key=refund.key).update(stripe_id="")
    stripe.things[refund.gateway_ref] |= {"status": "failed"}

    hear(stripe, "refund.failed", refund.gateway_ref)

    refund.refresh_from_db()
    assert (refund.status, refund.decline_reason) == ("declined", gateway.REFUND_FAILED)


def test_a_refund_made_at_stripe_itself_is_left_for_finance(stripe, berlin):
    stripe.things["re_foreign"] = {"id": "re_foreign", "object": "refund", "status": "succeeded", "amount": 5, "metadata": {}}

    event = news(stripe, "refund.created", "re_foreign")

    assert not events.apply(event, LATER)
    event.refresh_from_db()
    assert event.problem == "The refund was not made here: book it, or have it taken back."


def test_a_dispute_in_another_currency_is_left_for_finance(stripe, berlin):
    payment = pay(berlin, invoice(berlin, 12000), card=card(stripe))
    dispute = stripe.dispute(payment.gateway_ref, "lost")
    stripe.things[dispute]["currency"] = "usd"

    assert not hear(stripe, "charge.dispute.created", dispute)
    assert settlement.charged_back(payment) == 0


def test_a_dispute_won_after_the_invoice_was_paid_otherwise_becomes_credit(stripe, berlin):
    document = invoice(berlin, 12000)
    payment = pay(berlin, document, card=card(stripe))
    dispute = stripe.dispute(payment.gateway_ref, "needs_response")
    hear(stripe, "charge.dispute.created", dispute)
    document.refresh_from_db()
    pay(berlin, document, card=card(stripe))

    stripe.things[dispute]["status"] = "won"
    for kind in ("charge.dispute.funds_reinstated", "charge.dispute.closed", "charge.dispute.created"):
        assert hear(stripe, kind, dispute)

    document.refresh_from_db()
    assert (document.open_minor, settlement.charged_back(payment), proof.faults()) == (0, 0, [])
    assert balances.credit_of(berlin) == {"EUR": 12000}


def test_a_question_of_the_bank_moves_no_money(stripe, berlin):
    payment = pay(berlin, invoice(berlin, 12000), card=card(stripe))

    hear(stripe, "charge.dispute.created", stripe.dispute(payment.gateway_ref, "warning_needs_response"))

    assert settlement.charged_back(payment) == 0


def test_a_dispute_of_a_charge_unknown_here_is_left_for_finance(stripe, berlin):
    stripe.things["pi_foreign"] = {"id": "pi_foreign", "object": "payment_intent", "amount": 5, "currency": "eur"}

    event = news(stripe, "charge.dispute.created", stripe.dispute("pi_foreign", "lost"))

    assert not events.apply(event, LATER)
    event.refresh_from_db()
    assert (event.problem, event.tries, event.applied_at) == ("The disputed charge is not known here.", 1, None)


def test_a_card_entered_is_kept_once_whoever_tells_first(stripe, berlin):
    payer = people.payer(berlin)
    opened = setups.begin(actor=payer, customer=berlin, scope="subtree")
    with pytest.raises(setups.NotReady):
        setups.finish(actor=payer, number=opened.number, at=NOON)
    entered = stripe.entered(opened.number)

    hear(stripe, "setup_intent.succeeded", opened.number)
    kept = setups.finish(actor=payer, number=opened.number, at=NOON)

    assert PaymentMethod.objects.get() == kept
    assert (kept.label, kept.scope, kept.token.partition(":")[2]) == ("Visa •••• 4242", "subtree", entered)
    assert opened.secret not in str(list(StripeEvent.objects.values_list("payload", flat=True))[0].get("id"))


def test_an_old_set_up_does_not_bring_a_removed_card_back(stripe, berlin):
    payer = people.payer(berlin)
    opened = setups.begin(actor=payer, customer=berlin)
    stripe.entered(opened.number)
    methods.remove(actor=payer, kept=setups.finish(actor=payer, number=opened.number, at=NOON), at=NOON)

    told = hear(stripe, "setup_intent.succeeded", opened.number)
    with pytest.raises(setups.CardRemoved):
        setups.finish(actor=payer, number=opened.number, at=LATER)

    assert told
    assert not PaymentMethod.objects.filter(removed_at=None).exists()


def test_a_set_up_of_somebody_else_is_kept_for_its_own_customer_only(stripe, berlin):
    opened = setups.begin(actor=people.payer(berlin), customer=berlin)
    stripe.entered(opened.number)

    with pytest.raises(Refusal):
        setups.finish(actor=people.payer(group("Others")), number=opened.number, at=NOON)
    assert not PaymentMethod.objects.exists()


def test_a_kept_card_is_verified_at_stripe(stripe, berlin):
    kept = methods.keep(actor=None, customer=berlin, method=card(stripe), at=NOON)

    assert methods.verify(actor=None, kept=kept, at=NOON).verified_at == NOON
    stripe.things[kept.token.partition(":")[2]]["customer"] = None
    with pytest.raises(methods.MethodDeclined, match="The card is not known at Stripe."):
        methods.verify(actor=None, kept=kept, at=NOON)


@pytest.mark.parametrize(("currency", "amount_minor", "counted"), [("EUR", 1200, 1200), ("JPY", 500, 500), ("ISK", 700, 70000)])
def test_amounts_are_counted_as_stripe_counts_them(stripe, berlin, currency, amount_minor, counted):
    pay(berlin, invoice(berlin, amount_minor, currency=currency), card=card(stripe))

    assert charges(stripe)[0]["amount"] == counted


def test_a_currency_in_steps_of_ten_refuses_what_lies_between(stripe, berlin):
    answer = gateway.Stripe().collect(key="a", amount=Money(1201, "KWD"), token=card(stripe).token)

    assert (answer.outcome, charges(stripe)) == (Outcome.DECLINED, [])


def test_without_keys_nothing_is_charged(stripe, berlin, settings):
    settings.STRIPE_SECRET_KEY = ""

    payment = pay(berlin, invoice(berlin, 100), card=card(stripe))

    assert (payment.status, stripe.asked) == ("declined", [])


def test_the_keys_stand_nowhere_in_the_database(stripe, berlin):
    pay(berlin, invoice(berlin, 100), card=card(stripe))
    hear(stripe, "payment_intent.succeeded", charges(stripe)[0]["id"])

    stored = f"{list(StripeCall.objects.values())} {list(StripeEvent.objects.values())} {list(Payment.objects.values())}"

    assert stripe_double.SECRET_KEY not in stored
    assert stripe_double.WEBHOOK_SECRET not in stored


def send(body, signed):
    address = reverse("stripe_news")
    return Client(enforce_csrf_checks=True).post(
        address, body, content_type="application/json", headers={"Stripe-Signature": signed}
    )


def test_news_is_taken_once_at_its_address(stripe, berlin):
    payment = pay(berlin, invoice(berlin, 100), card=card(stripe))
    body, signed = stripe.event("payment_intent.succeeded", payment.gateway_ref)

    assert [send(body, signed).status_code for _ in range(3)] == [200, 200, 200]
    assert StripeEvent.objects.count() == 1


def test_forged_old_and_broken_news_is_refused_and_kept_nowhere(stripe):
    body, signed = stripe.event("payment_intent.succeeded", "pi_1")
    _, old = stripe.event("payment_intent.succeeded", "pi_1", at=1_000_000)
    forged = stripe_double.signature(body, "whsec_guessed")

    tried = [
        send(body, ""), send(body, "t=1,v1=00"), send(body, old), send(body, forged), send(body + b" ", signed),
        send(b"[]", stripe_double.signature(b"[]", stripe_double.WEBHOOK_SECRET)), send(b"x" * 300_000, signed),
    ]  # fmt: skip

    assert [answer.status_code for answer in tried] == [400] * 6 + [413]
    assert not StripeEvent.objects.exists()


def test_news_is_refused_where_stripe_is_not_set_up(stripe, settings):
    settings.STRIPE_WEBHOOK_SECRET = ""

    assert send(*stripe.event("payment_intent.succeeded", "pi_1")).status_code == 400


@pytest.mark.django_db
@settings(max_examples=15)
@given(seed=st.integers(0, 10**6), outcome=st.sampled_from(["confirmed", "waits", "disputed", "won"]))
def test_the_end_is_the_same_in_whatever_order_and_however_often_news_comes(settings, seed, outcome):
    with stripe_double.serving() as stripe:
        settings.STRIPE_SECRET_KEY, settings.STRIPE_API = stripe_double.SECRET_KEY, stripe.url
        settings.STRIPE_WEBHOOK_SECRET = stripe_double.WEBHOOK_SECRET
        berlin = below(group("Helios"), "Berlin")
        document = invoice(berlin, 12000)
        payment = pay(berlin, document, card=card(stripe, "confirm"), actor=people.payer(berlin))
        world = SimpleNamespace(stripe=stripe, charge=charges(stripe)[0]["id"])

        told = TOLD[outcome](world) * 3
        random.Random(seed).shuffle(told)
        for kind, about in told:
            hear(stripe, kind, about)
        events.apply_waiting(at=LATER)

        document.refresh_from_db()
        payment.refresh_from_db()
        assert (payment.status, document.open_minor) == ENDS[outcome]
        assert proof.faults() == []


def _waits(world):
    return [("payment_intent.requires_action", world.charge), ("payment_intent.created", world.charge)]


def _confirmed(world):
    world.stripe.confirm(world.charge)
    return [*_waits(world), ("payment_intent.succeeded", world.charge)]


def _disputed(world, status="lost"):
    told = _confirmed(world)
    dispute = world.stripe.dispute(world.charge, status)
    return [*told, ("charge.dispute.created", dispute), ("charge.dispute.closed", dispute)]


TOLD = {"waits": _waits, "confirmed": _confirmed, "disputed": _disputed, "won": lambda world: _disputed(world, "won")}
ENDS = {"waits": ("unknown", 12000), "confirmed": ("succeeded", 0), "disputed": ("succeeded", 12000), "won": ("succeeded", 0)}
