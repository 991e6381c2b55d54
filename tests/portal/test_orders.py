"""Ordering more, pausing, ending, and what waits for an administrator, through the pages."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.people import invitations, keys
from accounts.timeline.models import Activity
from billing.amendments import applying, approvals, ordering
from billing.amendments.models import OrderApproval, Quote
from billing.contracts import state
from billing.contracts.models import Subscription
from billing.invoices import run
from tests.factories import billing, people, policies
from tests.portal.visiting import NOW, TODAY, browser_of, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def bought(tree):
    """Twelve seats in Berlin under a contract of its own, billed for January; a line is on sale too."""
    billing.version("LINE", "84.00", product="line")
    subscription = billing.subscribed(tree.berlin, billing.version("PRO", "62.00", rank=1), quantity=12)
    run.bill(payer=tree.berlin, on=billing.FIRST_DAY, at=billing.NOON)
    return subscription


@pytest.fixture
def visitor(tree):
    return browser_of(people.member(tree.berlin))


def order(visitor, bought, **given):
    sent = {"plan": "LINE", "quantity": 2, "customer": bought.customer.number, "since": "2026-01-16"} | given
    return visitor.post(reverse("portal:orders", args=[bought.contract.ref]), sent)


def apply(visitor, asked=None):
    address = asked.url if asked else reverse("portal:quote", args=[Quote.objects.get().pk])
    return visitor.post(f"{address}applications/", follow=True)


def test_order_shows_its_price_and_is_made_with_one_confirmation(visitor, bought):
    page = visitor.get(reverse("portal:orders", args=[bought.contract.ref]))
    assert "84.00 EUR for each seat a month" in words(page)

    quote = visitor.get(order(visitor, bought).url)
    assert "Confirm: 86.71 EUR today, 168.00 EUR a month from 1 Feb 2026" in words(quote)
    done = apply(visitor)

    assert "has the difference." in words(done)
    assert Subscription.objects.filter(product__code="line", customer=bought.customer).count() == 1


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"plan": "GONE"}, "Select a valid choice."),
        ({"quantity": 0}, "greater than or equal to 1"),
        ({"customer": "C-9"}, "Select a valid choice."),
        ({"since": "2026-01-15"}, "A subscription starts today or later"),
        ({"since": "soon"}, "Enter a valid date."),
    ],
)
def test_order_that_makes_no_sense_is_refused_on_the_form(visitor, bought, given, reason):
    answer = order(visitor, bought, **given)

    assert (answer.status_code, reason in words(answer)) == (422, True)
    assert not Quote.objects.exists()


def test_subscription_is_paused_and_only_then_resumed(visitor, bought):
    address = reverse("portal:quotes", args=[bought.ref])
    asked = visitor.post(address, {"what": "pause", "effective": "now"})
    assert "Desk: pause" in words(visitor.get(asked.url))
    apply(visitor, asked)
    assert state.as_of(bought, TODAY).status == "paused"

    form = visitor.get(reverse("portal:change", args=[bought.ref]))
    assert [choice for choice, _ in form.context["form"].fields["what"].choices] == ["resume", "cancel"]
    apply(visitor, visitor.post(address, {"what": "resume", "effective": "now"}))

    assert state.as_of(bought, TODAY).status == "active"


def test_end_offers_one_thing_instead_says_the_day_and_keeps_the_reason(visitor, bought):
    billing.version("BASIC", "31.00", rank=0)
    address = reverse("portal:quotes", args=[bought.ref])
    sent = {"what": "cancel", "ends": "end_of_term", "reason": "too_expensive", "words": "Half would do."}

    page = visitor.get(visitor.post(address, sent).url)
    assert "Stay with less: Basic instead of Pro." in words(page)
    assert "Confirm: ends on 1 Jan 2027" in words(page)
    apply(visitor)

    assert bought.events.latest("sequence").args == {"reason": "too_expensive", "words": "Half would do."}
    told = Activity.objects.get(kind="billing.end_explained")
    assert (told.facts["why"], told.internal) == ("It costs too much: Half would do.", True)
    assert state.as_of(bought, TODAY).ends_on.isoformat() == "2027-01-01"


def test_without_a_smaller_plan_a_pause_is_offered(visitor, bought):
    sent = {"what": "cancel", "ends": "end_of_term"}

    page = visitor.get(visitor.post(reverse("portal:quotes", args=[bought.ref]), sent).url)

    assert "Pause instead" in words(page)


def test_nothing_is_offered_instead_where_policy_says_so(visitor, tree, bought):
    policies.published({"contract.offer_before_end": "no"}, at=NOW, place="node", customer=tree.berlin)
    sent = {"what": "cancel", "ends": "end_of_term"}

    page = words(visitor.get(visitor.post(reverse("portal:quotes", args=[bought.ref]), sent).url))

    assert "Confirm: ends on 1 Jan 2027" in page
    assert "Before you go" not in page


def test_order_over_the_limit_is_approved_by_an_administrator_with_one_click(tree, bought):
    asker = people.person(name="Asker")
    membership = people.joins(asker, tree.berlin)
    administrator = browser_of(people.administrator(tree.europe))
    administrator_page = reverse("portal:order_approvals", args=[tree.europe.number])
    invitations.limit_orders(actor=None, membership=membership, limit_minor=10000, at=NOW)
    visitor = browser_of(asker)

    page = visitor.get(order(visitor, bought).url)
    assert "You may order for up to 100.00 EUR alone; this commits you to 168.00 EUR." in words(page)
    assert "Ask an administrator" in words(page)
    assert "An administrator decides" in words(apply(visitor))
    page = words(administrator.get(administrator_page))
    assert "Approve 168.00 EUR" in page
    assert "Asker was told: “You may order for up to 100.00 EUR alone;" in page
    decided = administrator.post(
        reverse("portal:order_decisions", args=[OrderApproval.objects.get().pk]), {"decision": "approve"}, follow=True
    )

    assert "Approved: it is ordered." in words(decided)
    assert Subscription.objects.filter(product__code="line").count() == 1


def test_refusal_without_a_reason_asks_for_one_and_with_one_reaches_the_asker(tree, bought):
    asker = people.person()
    invitations.limit_orders(actor=None, membership=people.joins(asker, tree.berlin), limit_minor=0, at=NOW)
    visitor, administrator = browser_of(asker), browser_of(people.administrator(tree.berlin))
    order(visitor, bought)
    apply(visitor)
    address = reverse("portal:order_decisions", args=[OrderApproval.objects.get().pk])

    assert "Say why" in words(administrator.post(address, {"decision": "refuse"}))
    administrator.post(address, {"decision": "refuse", "note": "Not this year."})

    told = words(visitor.get(reverse("portal:quote", args=[Quote.objects.get().pk])))
    assert "Not this year." in told


def test_limit_is_set_on_the_page_of_members(tree):
    membership = people.joins(people.person(), tree.berlin)
    administrator = browser_of(people.administrator(tree.berlin))
    address = reverse("portal:order_limits", args=[tree.berlin.number, membership.pk])

    page = administrator.post(address, {"limit": "250.00"}, follow=True)

    assert "orders up to 250.00 EUR alone" in words(page)
    refused = administrator.post(address, {"limit": "1e3"})
    assert refused.status_code == 422
    membership.refresh_from_db()
    assert membership.order_limit_minor == 25000


def waiting_order_of(chief, bought):
    invitations.limit_orders(actor=None, membership=chief.memberships.get(), limit_minor=0, at=NOW)
    visitor = browser_of(chief)
    order(visitor, bought)
    apply(visitor)
    return OrderApproval.objects.get()


def test_order_is_not_decided_by_a_key_of_its_asker_nor_by_any_other(tree, bought):
    chief = people.administrator(tree.berlin)
    approval = waiting_order_of(chief, bought)
    bots = [
        keys.make(actor=maker, customer=tree.berlin, name="ERP", scopes=["people"], at=NOW)
        for maker in (chief, people.administrator(tree.berlin))
    ]

    for key, secret in bots:
        answer = decision_over_the_api(secret, approval)
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
        assert approvals.may_decide(key.user, approval).code == "person_needed"
    assert OrderApproval.objects.get().status == "waiting"


def test_order_of_ones_own_key_is_not_decided_by_oneself(tree, bought):
    chief = people.administrator(tree.berlin)
    key, _ = keys.make(actor=chief, customer=tree.berlin, name="ERP", scopes=["contracts"], at=NOW)
    invitations.limit_orders(actor=None, membership=key.user.memberships.get(), limit_minor=0, at=NOW)
    wanted = ordering.Order("LINE", 2, TODAY)
    facts = {"actor": key.user, "at": NOW, "today": TODAY}
    quoted = ordering.quote(contract=bought.contract, customer=tree.berlin, order=wanted, **facts)

    waits = applying.apply(token=quoted.pk, **facts)

    assert waits.status == "asked"
    assert approvals.may_decide(chief, OrderApproval.objects.get()).code == "own_order"
    assert approvals.may_decide(people.administrator(tree.berlin), OrderApproval.objects.get()).allowed


def decision_over_the_api(secret, approval):
    bot = Client(headers={"Authorization": f"Bearer {secret}"})
    address = f"/api/v1/approvals/{approval.pk}/decisions/"
    return bot.post(address, {"approve": True}, content_type="application/json", headers={"Idempotency-Key": uuid4().hex})
