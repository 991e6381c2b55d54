"""Every list of the back office takes as many statements for three rows as for one."""

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.customers.models import Customer
from accounts.people.models import User
from accounts.quality import scores
from accounts.segments import stage_tasks
from billing.anomalies import finding
from billing.money import Money
from support.remedies import declines
from support.remedies.batches import working
from support.remedies.books import budgets
from support.tickets import account_escalation
from support.voice import praise
from tests.factories import (
    bank,
    billing,
    chats,
    desk,
    knowledge,
    offers,
    overdue,
    people,
    policies,
    provisioning,
    quality,
    relations,
    runs,
    segments,
    sources,
    strategy,
    support,
    tree_changes,
)
from tests.factories.billing import invoice
from tests.factories.customers import below, group, helios
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db


def fill():
    """One more row for every list: a ticket, a remedy given, one waiting, an error found, a customer."""
    support.case(100).grant()
    support.case(30000).grant()
    support.promise(support.ticket())
    desk.bulk()
    desk.macro(f"macro-{Customer.objects.count()}")
    desk.view(people.supervisor(), shared=True)
    support.substitute()
    support.skill()
    offers.lead()
    desk.topic(f"topic-{Customer.objects.count()}")
    desk.problem()
    chats.waiting()
    chats.callback()
    support.told(group())
    support.told(group(), kind="concern")
    appealed = support.ticket()
    declines.appeal(actor=appealed.requester, decline=support.declined(appealed), words="Again.", at=NOON)
    customer = group()
    account_escalation.raise_account(actor=people.agent(), customer=customer, reason="The board complained.", at=NOON)
    support.billed_twice(customer)
    finding.find_for([customer], at=NOON)
    budgets.set_budget(actor=people.manager(), amount=Money.of("10.00", "EUR"), since=NOON.date(), customer=customer, at=NOON)
    support.playbook(f"playbook-{customer.pk}")
    quality.pair()
    quality.staged_import()
    scores.refresh(Customer.objects.filter(pk=below(customer, kind="legal_entity").pk), at=NOON)
    quality.waiting_merge()
    quality.done_merge()
    quality.waiting_move()
    knowledge.asked(of=knowledge.article())
    knowledge.asked()
    knowledge.version()
    overdue.disputed(customer)
    provisioning.ordered(customer)
    caring = segments.stuck(group())
    stage_tasks.open_missing([caring.customer], at=NOON)
    thanked = support.ticket()
    praise.give(actor=thanked.requester, ticket=thanked, words="Quick.", for_all=True, at=NOON)
    alike = segments.segment()
    policies.published({}, code=f"care-{alike.pk}", place="segment", segment=alike)
    segments.condition("service_level", "gold", segment=alike)
    policies.excepted(customer, "remedy.ticket_limit", "1.00 EUR")
    policies.published({}, code=f"policy-{customer.pk}", place="node", customer=customer)
    runs.held()
    lesson = strategy.lesson(version=policies.published({}, code=f"learned-{customer.pk}"))
    strategy.said("culture", f"{['seen', 'learned', ''][customer.pk % 3]}", policies=[lesson.version.policy])
    billing.price_not_kept(customer)
    bank.waiting_line()
    bank.waiting_transfer()
    bank.debit_at_the_bank()
    bank.debit()
    bank.paid_too_much()
    bank.brought(bank.paying(invoice(customer, 100), 200), ref=f"Q-{customer.pk}")


def statements(viewer: User, address: str) -> int:
    client = Client()
    client.force_login(viewer)
    with time_machine.travel(timezone.now(), tick=False):  # what is remembered for seconds lasts from one to the other
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize(
    ("listing", "query", "level"),
    [
        ("queue", "?view=open", "agent"),
        ("queue", "?view=approval", "agent"),
        ("queue_rows", "?view=resolved", "agent"),
        ("queue", "?view=due", "agent"),
        ("queue", "?view=chat", "agent"),
        ("queue", "?view=breached", "agent"),
        ("desk_rows", "", "agent"),
        ("promises", "", "agent"),
        ("orders", "", "agent"),
        ("ticket_list", "?status=unresolved", "agent"),
        ("ticket_list", "?chat=open", "agent"),
        ("bulks", "", "agent"),
        ("ticket_views", "", "supervisor"),
        ("topics", "", "agent"),
        ("problems", "", "agent"),
        ("service_levels", "", "agent"),
        ("measures", "?by=agent", "agent"),
        ("processes", "", "agent"),
        ("concessions", "", "agent"),
        ("silence", "", "agent"),
        ("skills", "", "supervisor"),
        ("channels", "", "agent"),
        ("voice", "", "agent"),
        ("approvals", "", "supervisor"),
        ("substitutes", "", "supervisor"),
        ("leads", "", "agent"),
        ("inbox", "", "finance"),
        ("inbox_rows", "?show=all", "finance"),
        ("bank", "", "finance"),
        ("bank_rows", "?show=over", "finance"),
        ("bank", "?show=matched", "supervisor"),
        ("bank_statements", "", "finance"),
        ("runs", "", "finance"),
        ("revenue", "", "finance"),
        ("ageing", "", "finance"),
        ("wallet_list", "", "finance"),
        ("usage_file", "", "finance"),
        ("dunning", "", "finance"),
        ("dunning", "?show=disputed", "supervisor"),
        ("direct_debits", "", "finance"),
        ("desk", "?show=open", "agent"),
        ("desk", "?show=open", "finance"),
        ("desk", "?show=all", "agent"),
        ("prices_not_kept", "", "finance"),
        ("data", "", "agent"),
        ("field_usage", "", "manager"),
        ("imports", "", "manager"),
        ("segments", "", "agent"),
        ("praise_wall", "", "finance"),
        ("measures", "?by=segment", "agent"),
        ("persona", "?tier=gold&role=member&language=en&currency=EUR", "manager"),
        ("duplicates", "", "agent"),
        ("duplicates", "?show=merged", "agent"),
        ("knowledge", "?show=missing", "agent"),
        ("knowledge", "?show=proposed", "agent"),
        ("knowledge", "?show=versions", "supervisor"),
        ("knowledge", "?show=articles", "agent"),
        ("customers", "", "agent"),
        ("stuck", "", "key_account"),
        ("policies", "", "agent"),
        ("strategy", "", "manager"),
        ("exceptions", "", "manager"),
        ("access_matrix", "", "agent"),
        ("search", "?q=billed", "agent"),
        ("playbooks", "", "agent"),
        ("setup", "", "finance"),
        ("search_options", "?q=group", "agent"),
    ],
)
def test_list_takes_the_same_statements_for_one_row_and_for_three(listing, query, level):
    support.limit("agent", 25000, 100000)
    support.limit("supervisor", 100000, 300000)
    viewer, address = people.staff(level), reverse(f"backoffice:{listing}") + query
    fill()
    one = statements(viewer, address)
    fill()
    fill()

    assert statements(viewer, address) == one


def test_policy_with_its_cases_takes_the_same_statements_for_one_case_and_for_three():
    viewer, version = people.staff("agent"), policies.published({"remedy.ticket_limit": "200.00 EUR"})
    address = reverse("backoffice:policy", args=[version.policy.code]) + "?show=blocked"
    policies.blocked(version)
    one = statements(viewer, address)
    policies.blocked(version)
    policies.blocked(version)

    assert statements(viewer, address) == one


def test_who_else_takes_the_same_statements_for_two_customers_and_for_five():
    support.limit("agent", 25000, 100000)
    begun, viewer = support.batch((100, 100)), people.staff("agent")
    address = reverse("backoffice:finding_others", args=[begun.finding.ref])
    two = statements(viewer, address)
    support.batch((100, 100, 100))

    assert statements(viewer, address) == two


def test_batch_takes_the_same_statements_for_one_row_and_for_three():
    support.limit("agent", 25000, 100000)
    viewer, small, large = people.staff("agent"), support.batch((100,)), support.batch((100, 100, 100))
    for batch in (small, large):
        working.work_off(batch, at=NOON)

    counts = [statements(viewer, reverse("backoffice:batch", args=[batch.pk])) for batch in (small, large)]

    assert counts[0] == counts[1]


def test_tree_takes_the_same_statements_for_one_group_and_for_three_and_so_does_a_branch():
    viewer, address, root = people.agent(), reverse("backoffice:tree"), group("Helios")
    below(root)
    one, branch = statements(viewer, address), statements(viewer, reverse("backoffice:tree_branch", args=[root.number]))
    group("Nordwind")
    group("Kranich")
    below(root)
    below(root)

    assert statements(viewer, address) == one
    assert statements(viewer, reverse("backoffice:tree_branch", args=[root.number])) == branch


def test_addresses_take_the_same_statements_for_one_and_for_three():
    viewer, customer = people.agent(), group("Helios")
    page = reverse("backoffice:customer_addresses", args=[customer.number])
    tree_changes.address(customer)
    one = statements(viewer, page)
    for purpose in ("deliveries", "visits"):
        tree_changes.address(customer, purpose=purpose)

    assert statements(viewer, page) == one


def test_sources_take_the_same_statements_for_one_word_and_for_three():
    viewer, customer = people.agent(), group("Helios")
    page = reverse("backoffice:customer_sources", args=[customer.number])
    sources.said(customer)
    one = statements(viewer, page)
    sources.said(customer, system="erp")
    sources.said(customer, fact="email", value="a@helios.example")

    assert statements(viewer, page) == one


def test_page_that_asks_for_a_split_takes_the_same_statements_for_one_part_and_for_three():
    viewer, customer = people.agent(), group("Helios")
    page = reverse("backoffice:customer_splits", args=[customer.number])
    below(customer)
    people.member(customer)
    one = statements(viewer, page)
    for _ in range(2):
        below(customer)
        people.member(customer)

    assert statements(viewer, page) == one


def test_relations_take_the_same_statements_for_one_and_for_three():
    viewer, customer = people.manager(), group("Helios")
    page = reverse("backoffice:customer_relations", args=[customer.number])
    relations.serves(customer)
    one = statements(viewer, page)
    relations.serves(customer)
    relations.serves(group(), customer)

    assert statements(viewer, page) == one


def test_what_nobody_owns_takes_the_same_statements_for_one_customer_and_for_three():
    viewer, address = people.agent(), reverse("backoffice:ownerless")
    group("Helios")
    one = statements(viewer, address)
    group("Nordwind")
    group("Kranich")

    assert statements(viewer, address) == one


def test_page_of_who_answers_takes_the_same_statements_at_the_root_and_four_levels_down():
    viewer, world = people.agent(), helios()
    root, below_it = (statements(viewer, reverse("backoffice:answers", args=[node.number])) for node in (world.group, world.lab))

    assert root == below_it


def test_page_that_asks_for_a_move_takes_the_same_statements_for_one_place_found_and_for_three():
    viewer, root = people.agent(), group("Helios")
    moving = below(root, "Lab", "site")
    address = reverse("backoffice:customer_moves", args=[moving.number]) + "?q=place"
    quality.moved_by_request(moving, below(root, "Place 1", "division").number)
    one = statements(viewer, address)
    below(root, "Place 2", "division")
    below(root, "Place 3", "division")

    assert statements(viewer, address) == one
