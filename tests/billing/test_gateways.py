"""The contract every gateway keeps, and the sandbox's own rules for what is typed as a card."""

from datetime import date

import pytest
from django.db import connection

from billing.money import Money
from billing.payments import gateways
from billing.payments.gateways import sandbox
from billing.payments.gateways.base import CardRefused, KeyReused, Method, Outcome, UnknownGateway
from billing.payments.models import GatewayCharge
from tests import stripe_double
from tests.factories.payments import DECLINED, GOOD, TIMES_OUT, TIMES_OUT_DECLINED, TODAY

pytestmark = pytest.mark.django_db

EUR_12 = Money(1200, "EUR")
# For each gateway, the methods that show its behaviours. A new gateway adds its line here.
METHODS = {
    "sandbox": {"good": GOOD, "declined": DECLINED, "late": TIMES_OUT, "late_declined": TIMES_OUT_DECLINED, "gone": DECLINED},
    "stripe": {},
}
# Banks answer in days, not at once: these are held to what the contract says of them in tests/billing/bank/.
SLOW = {"bank", "sepa_debit"}


@pytest.fixture(params=sorted(METHODS))
def gateway(request):
    if request.param == "stripe":
        request.getfixturevalue("stripe_by_its_double")
    return gateways.by_code(request.param)


@pytest.fixture
def stripe_by_its_double(settings, monkeypatch):
    with stripe_double.serving() as double:
        settings.STRIPE_SECRET_KEY, settings.STRIPE_API = stripe_double.SECRET_KEY, double.url
        kept = {name: Method("stripe", double.card("cus_1", name), "Visa") for name in METHODS["sandbox"]}
        double.things[kept["gone"].token.partition(":")[2]]["customer"] = None
        monkeypatch.setitem(METHODS, "stripe", kept)
        yield


def collect(gateway, key, behaviour, amount=EUR_12):
    return gateway.collect(key=key, amount=amount, token=METHODS[gateway.code][behaviour].token)


def test_every_gateway_shows_its_behaviours_to_this_contract():
    assert set(METHODS) | SLOW == set(gateways.GATEWAYS)
    assert all(gateway.code == code and gateway.label for code, gateway in gateways.GATEWAYS.items())


def test_collect_succeeds_with_a_reference_when_the_method_is_good(gateway):
    answer = collect(gateway, "a", "good")

    assert answer.outcome == Outcome.SUCCESS
    assert answer.gateway_ref
    assert gateway.ask(key="a") == answer


def test_collect_answers_the_same_and_charges_once_when_repeated(gateway):
    for behaviour in METHODS[gateway.code]:
        assert collect(gateway, behaviour, behaviour) == collect(gateway, behaviour, behaviour)


def test_collect_refuses_a_key_when_the_amount_changed(gateway):
    collect(gateway, "a", "good")

    with pytest.raises(KeyReused):
        collect(gateway, "a", "good", Money(1201, "EUR"))
    with pytest.raises(KeyReused):
        collect(gateway, "a", "good", Money(1200, "USD"))


def test_decline_says_why(gateway):
    answer = collect(gateway, "a", "declined")

    assert answer.outcome == Outcome.DECLINED
    assert answer.reason


def test_unknown_outcome_stays_unknown_to_collect_and_is_resolved_by_asking(gateway):
    assert collect(gateway, "a", "late").outcome == Outcome.UNKNOWN
    assert collect(gateway, "b", "late_declined").outcome == Outcome.UNKNOWN

    assert gateway.ask(key="a").outcome == Outcome.SUCCESS
    assert gateway.ask(key="b").outcome == Outcome.DECLINED
    assert collect(gateway, "a", "late").outcome == Outcome.UNKNOWN


def test_check_says_whether_a_method_works_and_moves_no_money(gateway):
    answers = {behaviour: gateway.check(token=method.token) for behaviour, method in METHODS[gateway.code].items()}

    assert answers["good"].outcome == Outcome.SUCCESS
    assert answers["gone"].outcome == Outcome.DECLINED
    assert answers["gone"].reason
    assert gateway.check(token="nobody's").outcome == Outcome.DECLINED
    assert not GatewayCharge.objects.exists()


def test_ask_says_never_seen_when_nothing_arrived(gateway):
    assert gateway.ask(key="never").outcome == Outcome.NEVER_SEEN


def test_refund_gives_back_once_per_key_and_never_more_than_was_taken(gateway):
    charge = collect(gateway, "a", "good")

    first = gateway.refund(key="r1", gateway_ref=charge.gateway_ref, amount=Money(700, "EUR"))
    again = gateway.refund(key="r1", gateway_ref=charge.gateway_ref, amount=Money(700, "EUR"))
    too_much = gateway.refund(key="r2", gateway_ref=charge.gateway_ref, amount=Money(501, "EUR"))
    rest = gateway.refund(key="r3", gateway_ref=charge.gateway_ref, amount=Money(500, "EUR"))

    assert first == again == gateway.ask(key="r1")
    assert (first.outcome, too_much.outcome, rest.outcome) == (Outcome.SUCCESS, Outcome.DECLINED, Outcome.SUCCESS)


def test_refund_is_declined_when_the_charge_is_unknown_or_never_paid(gateway):
    declined = collect(gateway, "a", "declined")

    assert gateway.refund(key="r1", gateway_ref="nobody", amount=EUR_12).outcome == Outcome.DECLINED
    assert gateway.refund(key="r2", gateway_ref=declined.gateway_ref, amount=EUR_12).outcome == Outcome.DECLINED


def test_refund_refuses_a_key_when_the_amount_changed(gateway):
    charge = collect(gateway, "a", "good")
    gateway.refund(key="r1", gateway_ref=charge.gateway_ref, amount=Money(700, "EUR"))

    with pytest.raises(KeyReused):
        gateway.refund(key="r1", gateway_ref=charge.gateway_ref, amount=Money(701, "EUR"))


def test_by_code_refuses_a_gateway_that_nobody_registered():
    with pytest.raises(UnknownGateway):
        gateways.by_code("barter")


def test_sandbox_declines_a_token_it_never_gave():
    assert sandbox.Sandbox().collect(key="a", amount=EUR_12, token="stolen").outcome == Outcome.DECLINED


def test_tokenise_gives_a_label_and_keeps_no_number():
    method = sandbox.tokenise("4242 4242 4242 4242", "08/2029", on=TODAY)

    assert method == Method("sandbox", "sandbox_success_success_4242", "Visa •••• 4242", date(2029, 9, 1))
    sandbox.Sandbox().collect(key="a", amount=EUR_12, token=method.token)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(c)::text FROM billing_gatewaycharge c")
        assert "4242424242424242" not in cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("number", "expiry", "field"),
    [
        ("4242 4242 4242 4241", "08/29", "number"),
        ("4111 1111 1111 1111", "08/29", "number"),
        ("", "08/29", "number"),
        ("٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢", "08/29", "number"),
        ("4242 4242 4242 4242", "13/29", "expiry"),
        ("4242 4242 4242 4242", "", "expiry"),
        ("4242 4242 4242 4242", "02/26", "expiry"),
    ],
)
def test_tokenise_refuses_what_cannot_be_a_card_and_names_the_field(number, expiry, field):
    with pytest.raises(CardRefused) as refusal:
        sandbox.tokenise(number, expiry, on=TODAY)

    assert refusal.value.field == field
    assert refusal.value.reason


def test_tokenise_takes_a_card_until_the_end_of_its_month():
    assert sandbox.tokenise("4242424242424242", "03/26", on=date(2026, 3, 31)).expires_on == date(2026, 4, 1)
    assert sandbox.tokenise("4242424242424242", "12/26", on=date(2026, 12, 31)).expires_on == date(2027, 1, 1)


def test_sandbox_says_what_it_remembers():
    sandbox.Sandbox().collect(key="a", amount=EUR_12, token=GOOD.token)

    charge = GatewayCharge.objects.get()

    assert str(charge) == f"{charge.gateway_ref} success"
