"""Every page of the administration on which something is written anew keeps it when it is filled in as it asks.

`WRITTEN` says for each such page what a manager writes there. A page without a line here fails the first test.
"""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.days import local_day
from accounts.quality.source_models import SurvivorshipRule
from billing.catalog import plans
from support.remedies.books.models import LedgerMapping
from support.service_levels.models import ServiceCalendar
from tests.factories import billing, customers, people, policies, segments, single_sign_on

pytestmark = pytest.mark.django_db

OURS = {
    model._meta.label_lower: page
    for model, page in admin.site._registry.items()
    if model._meta.app_label in ("accounts", "billing", "support")
}
TODAY = timezone.now().date()
LATER = TODAY + timedelta(days=30)
SPAN = {"since": TODAY, "until": LATER}
HELD = {"since": TODAY, "reason": "The board asked."}
CLAUSE = {"clauses_text": "1 We put right what we did wrong.", "values_text": "remedy.ticket_limit = 80.00 EUR | tighten | 1"}
CASE = {"cases_text": "Nobody gives 81 | remedy | level=manager, amount=81.00 EUR | refused"}


def a_limit():
    return {"level": "agent", "currency": "EUR", "per_ticket": "250.00", "per_day": "1000.00"}


def an_allowance():
    return HELD | {"level": "agent", "currency": "EUR", "fault": "ours", "tenure_days": 0, "per_ticket": "250.00"}


def a_number_for_an_account():
    LedgerMapping.objects.filter(account="goodwill").delete()
    return {"account": "goodwill", "number": "8730"}


def a_policy_version():
    return CLAUSE | CASE | {"policy": policies.policy().pk, "effective_on": TODAY, "note": "The first."}


def an_exception():
    return SPAN | {
        "customer": customers.group().pk,
        "key": "remedy.ticket_limit",
        "value_text": "120.00 EUR",
        "reason": "The board asked.",
    }


def a_lesson():
    version = policies.published({"remedy.ticket_limit": "80.00 EUR"})
    return {"happened": "A refund was claimed twice.", "learned": "Ask for the first one.", "version": version.pk}


def a_rule_of_survivorship():
    SurvivorshipRule.objects.filter(matter="name").delete()
    return {"matter": "name", "picks": "newest"}


def a_plan():
    return {"product": plans.define_product(code="desk", name="Desk").pk, "code": "PRO", "name": "Pro", "rank": 1}


def a_plan_version():
    charge = {"model": "standard", "price": "62.00", "interval_unit": "month", "billing": "in_advance"}
    return charge | {"plan": billing.plan().pk, "currency": "EUR", "effective_on": TODAY, "trial_days": 0}


def a_redemption():
    contract = billing.subscribed(customers.group(), billing.version(price="100.00")).contract
    coupon = OURS["billing.coupon"].model.objects.create(code="SPRING", name="Spring", percent=100)
    return {"coupon": coupon.pk, "contract": contract.pk, "since": contract.signed_on}


def a_customer():
    return {
        "parent": customers.group().pk,
        "kind": "site",
        "name": "Berlin",
        "language": "en",
        "currency": "EUR",
        "timezone": "Europe/Berlin",
        "tier": "gold",
        "stage": "active",
    }


def a_place_in_a_segment():
    return {"segment": segments.segment().pk, "customer": customers.group().pk}


def a_payer():
    group = customers.group()
    return {"customer": customers.below(group, kind="division").pk, "role": "payer", "responsible": group.pk, "since": TODAY}


def a_merge():
    root = customers.group()
    return {"retired": customers.below(root).pk, "survivor": customers.below(root).pk, "note": "The same house."}


def a_split():
    division = customers.below(customers.group(), "Europe", "division")
    customers.below(division, "Berlin")
    today = local_day(timezone.now(), division.timezone)
    return {"customer": division.pk, "name": "Europe North", "effective_on": today, "parts_text": "children: all"}


def a_move():
    root = customers.group()
    place = customers.below(root, kind="division")
    return {"customer": customers.below(root).pk, "place": place.pk, "effective_on": TODAY}


def a_hand_over():
    group = customers.group()
    return {"customer": group.pk, "role": "payer", "responsible": customers.below(group, kind="division").pk, "since": TODAY}


def a_named_administrator():
    provider = single_sign_on.provider_of(customers.group())
    return {"provider": provider.pk, "user": people.administrator(provider.customer).pk}


def an_offer():
    billing.version("LINE", "84.00", product="line")
    facts = {"code": "line", "name": "Line", "plan": billing.plan("LINE", product="line").pk, "because": "A line for {customer}."}
    return facts | {"since": TODAY, "rank": 1, "active": "on"}


def a_provisioning_step():
    product = plans.define_product(code="desk", name="Desk")
    return {"product": product.pk, "position": 1, "name": "Send the router", "days": 2, "active": "on"}


def a_target():
    return {"clock": "update", "tier": "gold", "risk_percent": 75, "minutes": 60, "calendar": ServiceCalendar.objects.get().pk}


WRITTEN = {
    "accounts.policy": lambda: {"code": "gifts", "name": "Gifts", "audience": "staff", "review_on": LATER},
    "accounts.policyversion": a_policy_version,
    "accounts.policybinding": lambda: HELD | {"policy": policies.policy().pk, "place": "house"},
    "accounts.policyexception": an_exception,
    "support.strategyentry": lambda: {"place": "segments/", "words": "We call before we write.", "measures": ["voice"]},
    "support.lesson": a_lesson,
    "support.authoritygrant": a_limit,
    "support.allowance": an_allowance,
    "support.goodwillbudget": lambda: SPAN | {"customer": customers.group().pk, "currency": "EUR", "amount": "500.00"},
    "support.ledgermapping": a_number_for_an_account,
    "support.declinereason": lambda: {
        "code": "late",
        "label": "Too late",
        "clause": "3.1",
        "words": "It is too late.",
        "alternative": "Ask earlier next time.",
        "active": "on",
        "position": 9,
    },
    "billing.product": lambda: {"code": "desk", "name": "Desk", "unit_name": "seat", "supply": "service"},
    "billing.plan": a_plan,
    "billing.planversion": a_plan_version,
    "billing.pricelist": lambda: {"code": "framework", "name": "Framework prices"},
    "billing.meter": lambda: {"code": "calls", "aggregation": "sum"},
    "billing.taxrate": lambda: {"country": "AT", "percent": "21", "since": "2027-03-01", "source": "BGBl. I 1/2027"},
    "billing.coupon": lambda: {"code": "SPRING", "name": "Spring", "percent": "10", "periods": 3},
    "billing.redemption": a_redemption,
    "support.offer": an_offer,
    "billing.provisioningstep": a_provisioning_step,
    "billing.legalentity": lambda: {
        "code": "accord-ie",
        "name": "Accord Ltd",
        "street": "Quay 1",
        "postcode": "D01",
        "city": "Dublin",
        "country": "IE",
        "tax_id": "IE6388047V",
        "iban": "IE29AIBK93115212345678",
        "ref_prefix": "IE-",
        "email": "billing@accord.example",
    },
    "accounts.customer": a_customer,
    "accounts.customerkind": lambda: {"code": "post", "label": "Post", "allowed_parents": ["group"], "position": 9},
    "accounts.segment": lambda: {
        "code": "large",
        "name": "Large",
        "description": "Ten and more.",
        "rule": "nodes >= 10",
        "rank": 1,
        "active": "on",
    },
    "accounts.rulesetting": lambda: {"rule": "email.required", "severity": "lowers", "weight": 4, "days": 0},
    "accounts.stageexit": lambda: {
        "stage": "prospect",
        "position": 5,
        "when": "country is AT",
        "to": "active",
        "why": "it is in Austria",
        "active": "on",
    },
    "accounts.segmentmembership": a_place_in_a_segment,
    "accounts.keyaccount": lambda: {
        "customer": customers.group().pk,
        "manager": people.key_account_manager().pk,
        "criteria": "Over a million a year.",
        "since": TODAY,
    },
    "accounts.condition": lambda: HELD | {"kind": "discount", "value": "5", "customer": customers.group().pk},
    "accounts.responsibility": a_payer,
    "accounts.address": lambda: {
        "customer": customers.group().pk,
        "purpose": "invoices",
        "street": "Gate 4",
        "postcode": "10119",
        "city": "Berlin",
        "country": "DE",
        "since": TODAY,
    },
    "accounts.relation": lambda: {
        "kind": "serves",
        "customer": customers.group().pk,
        "other": customers.group().pk,
        "since": TODAY,
    },
    "accounts.relationkind": lambda: {"code": "audits", "label": "Audits", "inverse": "Is audited by", "shows": "nothing"},
    "accounts.changerequest": a_move,
    "accounts.merge": a_merge,
    "accounts.split": a_split,
    "accounts.handover": a_hand_over,
    "accounts.sourcesystem": lambda: {"code": "crm", "name": "CRM", "rank": 1},
    "accounts.survivorshiprule": a_rule_of_survivorship,
    "accounts.staffprofile": lambda: {"user": people.person().pk, "level": "agent"},
    "accounts.membership": lambda: {
        "email": "ada@helios.example",
        "customer": customers.group().pk,
        "role": "reader",
        "scope": "node",
    },
    "accounts.signinprovider": lambda: {
        "customer": customers.group().pk,
        "name": "Nordwind ID",
        "issuer": "https://id.nordwind.example",
        "client_id": "accord",
        "secret": "s3cret",
        "joins_as": "reader",
    },
    "accounts.maildomain": lambda: {
        "provider": single_sign_on.provider_of(customers.group(), use="off").pk,
        "name": "nordwind.example",
    },
    "accounts.namedadministrator": a_named_administrator,
    "support.servicetarget": a_target,
    "support.servicecalendar": lambda: {
        "name": "Dublin",
        "timezone": "Europe/Dublin",
        "week": "mon-fri 09:00-17:00",
        "country": "IE",
    },
    "support.ladderstep": lambda: {
        "number": 7,
        "trigger": "amount",
        "amount": "99.50",
        "currency": "EUR",
        "days": 30,
        "level": "manager",
        "active": "on",
    },
    "support.playbook": lambda: {
        "code": "late",
        "position": 9,
        "active": "on",
        "title": "Late",
        "words": "late",
        "remedies": "goodwill_credit",
        "reply_text": "Sorry, {customer}.",
    },
    "support.skillneed": lambda: {"kind": "billing", "certificate": ""},
    "support.tag": lambda: {"name": "VAT", "purpose": "Questions about tax"},
    "support.ticketfield": lambda: {
        "code": "affected",
        "label": "Affected service",
        "kind": "technical",
        "type": "choice",
        "options": "router: Router | Router-Gerät\nline: Line",
        "customers": "fill",
        "needed": "",
        "position": 1,
    },
    "support.macro": lambda: {
        "code": "hello",
        "position": 1,
        "active": "on",
        "label": "Say hello",
        "text": "Dear {customer}, hello.",
    },
    "support.topic": lambda: {"code": "router", "label": "Router", "words": "router", "position": 9, "active": "on"},
    "support.noticetext": lambda: {
        "kind": "support.ticket_opened",
        "language": "en",
        "subject": "Your ticket {ref}",
        "words": "We have it.",
        "label": "Show it",
    },
    "support.issuedefinition": lambda: {
        "since": TODAY + timedelta(days=1),
        "billing": 14,
        "contract": 14,
        "technical": 7,
        "other": 7,
        "why": "Two weeks are enough.",
    },
    "support.article": lambda: {
        "title": "How to pay",
        "category": "billing",
        "body": "By card.",
        "language": "en",
    },
    "billing.dunningstep": lambda: {
        "number": 9,
        "days": 40,
        "action": "fee",
        "amount": "4.50",
        "currency": "EUR",
        "active": "on",
    },
    "accounts.webhookendpoint": lambda: {
        "customer": customers.group().pk,
        "url": "https://hooks.example/told",
        "topics": ["invoices"],
    },
}


def test_every_page_that_writes_anew_is_filled_in_here(rf):
    request = rf.get("/")
    request.user = people.manager()
    a_number_for_an_account()
    a_rule_of_survivorship()

    assert {label for label, page in OURS.items() if page.has_add_permission(request)} == set(WRITTEN)


@pytest.mark.parametrize("label", WRITTEN)
def test_page_filled_in_as_it_asks_keeps_one_row(label):
    client, model, written = Client(), OURS[label].model, WRITTEN[label]()
    client.force_login(people.manager())
    every = getattr(model, "every", model.objects)
    before, address = set(every.values_list("pk", flat=True)), reverse(f"admin:{label.replace('.', '_')}_add")

    empty, answer = client.get(address), client.post(address, written)

    assert empty.status_code == 200
    assert answer.status_code == (200 if label == "accounts.webhookendpoint" else 302), said(answer)
    assert len(set(every.values_list("pk", flat=True)) - before) == 1


def said(answer) -> dict:
    """What the form objected to."""
    form = answer.context["adminform"].form if answer.context and "adminform" in answer.context else None
    return dict(form.errors) if form else {}
