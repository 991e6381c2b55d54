"""Where a page stands: what a customer owes alone and with everything below, and the tree, as far as its visitor may see."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.customers.models import Customer
from accounts.timeline.kinds import KINDS
from billing.catalog import coupons
from billing.contracts import redeeming
from billing.money import Money
from tests.factories import billing, people, segments, support
from tests.factories.customers import below, group
from tests.portal.visiting import browser_of, words

pytestmark = pytest.mark.django_db


def look(viewer, page, node, **query):
    return words(browser_of(viewer).get(reverse(f"portal:{page}", args=[node.number]), query))


def test_front_door_opens_the_highest_customer_within_reach(tree):
    viewer = people.member(tree.lab)
    people.joins(viewer, tree.germany)

    assert browser_of(viewer).get("/portal/").url == reverse("portal:home", args=[tree.germany.number])


def test_home_says_what_is_to_pay_here_and_below(tree):
    billing.invoice(tree.germany, 10000, on=date(2024, 3, 1))
    billing.invoice(tree.berlin, 2000)
    billing.invoice(tree.us, 99900)

    told = look(people.administrator(tree.germany), "home", tree.germany)

    assert "120.00 EUR to pay, with everything below." in told
    assert "2 invoices are overdue, the oldest since 15 Mar 2024." in told
    assert "Owed by this customer alone 100.00 EUR" in told
    assert "999.00" not in told


def test_home_of_a_customer_with_nothing_below_speaks_of_one_amount(tree):
    billing.invoice(tree.lab, 2000)

    told = look(people.member(tree.lab), "home", tree.lab)

    assert "20.00 EUR to pay." in told
    assert "with everything below" not in told.partition("What happened")[0]


def test_home_and_api_say_by_whom_one_is_a_key_account_and_who_looks_after_it(tree):
    told = segments.key_account(tree.group, at=timezone.now())
    above, below_alone = people.administrator(tree.group), people.member(tree.berlin)

    assert f"Key account through {tree.group.name}. {told.manager} looks after you." in look(above, "home", tree.berlin)
    assert f"Key account. {told.manager} looks after you." in look(below_alone, "home", tree.berlin)
    for viewer, via in ((above, tree.group.ref), (below_alone, "")):
        one = browser_of(viewer).get(reverse("api:customer", args=[tree.berlin.number])).json()
        assert one["key_account"] == {"key": True, "via": via, "manager": str(told.manager)}


def test_home_of_who_is_no_key_account_says_nothing_of_it(tree):
    assert "Key account" not in look(people.member(tree.berlin), "home", tree.berlin)


def test_home_calls_what_is_held_credit_where_nothing_is_owed(tree):
    billing.single_credit(tree.lab, Money(2000, "EUR"))

    told = look(people.member(tree.lab), "home", tree.lab)

    assert "Your credit 20.00 EUR" in told
    assert "Owed" not in told.partition("What happened")[0]


def test_home_names_the_next_invoice_and_the_open_tickets(tree):
    billing.subscribed(tree.berlin, billing.version("PRO", "62.00"), quantity=2, on=date(2099, 1, 1))
    support.ticket(tree.berlin)

    told = look(people.member(tree.berlin), "home", tree.berlin)

    assert "Next invoice 1 Jan 2099" in told
    assert "Next invoice 124.00 EUR on 1 Jan 2099" in look(people.member(tree.berlin), "next_invoice", tree.berlin)
    assert "Open tickets 1" in told


def test_organisation_shows_each_node_with_its_own_debt_and_that_of_everything_below(tree):
    billing.invoice(tree.germany, 10000)
    billing.invoice(tree.berlin, 2000)
    support.ticket(tree.berlin)

    told = look(people.administrator(tree.germany), "organisation", tree.germany)

    assert "Helios Germany Legal entity" in told
    assert "120.00 EUR" in told
    assert "100.00 EUR" in told
    assert "Helios US" not in told


def test_branch_below_a_node_is_fetched_alone(tree):
    billing.invoice(tree.lab, 500)

    told = look(people.administrator(tree.germany), "below", tree.berlin)

    assert "Lab Department" in told
    assert "5.00 EUR" in told
    assert "Helios Germany" not in told


def test_document_from_elsewhere_with_a_slash_in_its_number_is_shown_and_found(tree):
    document = billing.legacy_invoice(tree.berlin, 2000, ref="2025/0042")
    viewer = people.member(tree.berlin)

    assert "2025/0042" in look(viewer, "invoices", tree.berlin)
    assert browser_of(viewer).get(f"/portal/invoices/{document.ref}/").status_code == 200
    assert browser_of(viewer).get(f"/portal/invoices/{document.ref}/pdf/")["Content-Disposition"].endswith('"2025-0042.pdf"')


def test_overdue_invoice_says_since_when(tree):
    document = billing.invoice(tree.berlin, 2000, on=date(2024, 3, 1))

    told = words(browser_of(people.member(tree.berlin)).get(reverse("portal:invoice", args=[document.ref])))

    assert "20.00 EUR to pay, overdue since 15 Mar 2024." in told


@pytest.mark.parametrize("page", ["home", "organisation", "activity"])
def test_page_about_everything_is_asked_for_again_whatever_happens(tree, page):
    answer = browser_of(people.member(tree.berlin)).get(reverse(f"portal:{page}", args=[tree.berlin.number]))

    assert f'data-live-on="{" ".join(KINDS)}"' in answer.content.decode()


def test_node_under_one_that_is_out_of_reach_is_still_in_the_tree():
    root = group("Helios Group")
    between = below(root, "Helios Europe", "division")
    site = below(between, "Berlin")
    viewer = people.member(root, "reader", scope="node")
    people.joins(viewer, site)

    told = look(viewer, "organisation", root)

    assert "Berlin" in told
    assert "Helios Europe" not in told


def test_node_far_down_is_in_the_tree_with_a_way_to_its_neighbours():
    nodes = [group("Helios Group")]
    for name in ("One", "Two", "Three", "Four"):
        nodes.append(below(nodes[-1], name, "department"))
        below(nodes[-2], f"Beside {name}", "department")

    told = look(people.administrator(nodes[0]), "organisation", nodes[4])

    assert "Four" in told
    assert "Beside Two" in told
    assert "Beside Four" not in told
    assert "Everything below Three" in told
    assert "Beside Four" in look(people.administrator(nodes[0]), "below", nodes[3])


def test_customer_merged_into_another_is_in_no_tree(tree):
    Customer.objects.filter(pk=tree.lab.pk).update(merged_into=tree.berlin)

    told = look(people.administrator(tree.germany), "organisation", tree.berlin)

    assert "Lab" not in told
    assert "What is below Berlin" not in told


def test_contract_shows_the_coupons_it_has_and_not_those_that_ended(tree):
    running = billing.subscribed(tree.berlin)
    for code, name in (("spring", "Spring greeting"), ("winter", "Winter greeting")):
        coupon = coupons.define(actor=None, at=billing.NOON, code=code, name=name, percent=Decimal(20), periods=3)
        held = redeeming.redeem(actor=None, coupon=coupon, contract=running.contract, on=billing.FIRST_DAY, at=billing.NOON)
    redeeming.end(actor=None, redemption=held, on=billing.FIRST_DAY, at=billing.NOON)

    page = browser_of(people.administrator(tree.berlin)).get(reverse("portal:contract", args=[running.contract.ref]))

    told = words(page).partition("Coupons")[2]

    assert told.startswith(" Spring greeting20 % off for 3 billing periodsfrom 1 Jan 2026 History")
    assert "Winter greeting" not in words(page)


def test_coupon_of_the_whole_contract_is_shown_only_to_who_sees_its_signer(tree):
    running = billing.subscribed(tree.germany)
    used = billing.subscribed(tree.lab, under=running.contract)
    for code, subscription in (("Whole", None), ("Lab only", used), ("Germany only", running)):
        coupon = coupons.define(actor=None, at=billing.NOON, code=code, name=code, percent=Decimal(20))
        on = {"on": billing.FIRST_DAY, "at": billing.NOON, "subscription": subscription}
        redeeming.redeem(actor=None, coupon=coupon, contract=running.contract, **on)

    seen = {who: look_at_contract(who, running) for who in (people.member(tree.lab), people.member(tree.germany))}

    assert [[name in page for name in ("Whole", "Lab only", "Germany only")] for page in seen.values()] == [
        [False, True, False],
        [True, True, True],
    ]


def look_at_contract(viewer, running):
    return words(browser_of(viewer).get(reverse("portal:contract", args=[running.contract.ref])))
