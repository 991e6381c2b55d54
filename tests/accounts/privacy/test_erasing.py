"""Erasing a person: two persons, a preview with its rules, and afterwards no trace outside the kept tables."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.customers.models import Customer
from accounts.people import invitations
from accounts.people.models import Membership, User
from accounts.privacy import erasing, holdings
from accounts.privacy.models import Erasure
from accounts.timeline.models import Activity
from support.channels.models import IncomingMail
from support.tickets import conversation
from support.tickets.models import Ticket
from tests.factories import billing, chats, people, support

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 1, 16, 12, tzinfo=UTC)
EMAIL, NAME = "rosalind.planted@helios.example", "Rosalind Planted-Name"


@pytest.fixture
def person(tree):
    """A member whose e-mail and name stand in many places."""
    given = {"role": "member", "scope": "subtree", "at": NOON}
    invitations.invite(actor=None, email=EMAIL, customer=tree.berlin, name=NAME, **given)
    found = User.objects.get(email=EMAIL)
    ticket = support.ticket(tree.berlin, by=found, subject=f"Call {NAME} back")
    Ticket.objects.filter(pk=ticket.pk).update(fields={"contact": f"{NAME}, {EMAIL}"})
    conversation.reply(actor=found, ticket=ticket, text=f"Write to {EMAIL.upper()}.\n{NAME}", at=NOON, key=uuid4())
    Customer.objects.filter(pk=tree.berlin.pk).update(email=EMAIL)
    IncomingMail.objects.create(digest="d" * 64, sender=EMAIL, outcome="empty", raw=b"From: " + EMAIL.encode(), came_at=NOON)
    return found


def previewed(person, asked_by=None):
    wish = erasing.ask(actor=asked_by or person, person=person, reason="I leave", at=NOON)
    erasing.work_off(at=NOON)
    wish.refresh_from_db()
    return wish


def erase(person):
    return confirmed(previewed(person))


def confirmed(wish):
    erasing.decide(actor=people.supervisor(), erasure=wish, confirmed=True, answer="", at=NOON)
    erasing.work_off(at=NOON)
    wish.refresh_from_db()
    return wish


def tables_holding(trace):
    """The labels of all tables of ours in whose rows, written as text, `trace` stands."""
    found = []
    for holding in holdings.every():
        with connection.cursor() as cursor:
            table = connection.ops.quote_name(holding.model._meta.db_table)
            cursor.execute(f"SELECT count(*) FROM {table} AS t WHERE t::text ILIKE %s", [f"%{trace}%"])
            found += [holding.label] if cursor.fetchone()[0] else []
    return set(found)


def test_no_table_outside_the_kept_ones_holds_the_email_or_the_name_afterwards(person):
    planted = tables_holding(EMAIL) | tables_holding(NAME)
    assert {"accounts.User", "accounts.Activity", "support.Message", "support.Ticket", "support.IncomingMail"} <= planted

    erase(person)

    assert tables_holding(EMAIL) | tables_holding(NAME) <= set(holdings.KEPT) - {"accounts.Erasure"}


def test_name_in_a_field_of_a_ticket_is_rewritten_and_what_else_stands_in_its_fields_stays(person):
    Ticket.objects.filter(requester=person).update(fields={"who": f"ask {NAME}", "count": 12, "urgent": True})

    erase(person)

    assert Ticket.objects.get(requester=person).fields == {"who": f"ask Erased person {person.pk}", "count": 12, "urgent": True}


def test_wish_itself_forgets_the_name_and_the_address_but_not_that_it_was_fulfilled(person):
    wish = erasing.ask(actor=person, person=person, reason=f"I, {NAME}, leave. {EMAIL}", at=NOON)
    erasing.work_off(at=NOON)
    wish.refresh_from_db()

    done = confirmed(wish)

    assert (done.status, "words" in done.preview, len(done.preview["erased"]) > 0) == ("done", False, True)
    assert NAME not in done.reason
    assert EMAIL not in done.reason


def test_raw_mail_of_the_person_is_emptied(person):
    erase(person)

    assert bytes(IncomingMail.objects.get().raw) == b""


def test_number_the_person_gave_us_stands_nowhere_afterwards(person, tree):
    chats.callback(tree.berlin, by=person)
    assert tables_holding(chats.PHONE) == {"support.CallBack"}

    erase(person)

    assert tables_holding(chats.PHONE) == set()


def test_person_signs_in_no_more_and_stands_nowhere(person):
    erase(person)

    person.refresh_from_db()
    assert (person.is_active, person.email) == (False, f"erased-{person.pk}@erased.invalid")
    assert not person.has_usable_password()
    assert not Membership.objects.filter(user=person).in_force(NOON.date()).exists()


def test_invoices_are_kept_and_the_preview_cites_the_law(person, tree):
    billing.invoice(tree.berlin, lines=[billing.one_off(tree.berlin, 12000, f"Training of {NAME}")])

    preview = previewed(person).preview

    kept = {row["table"]: row["rule"] for row in preview["kept"]}
    assert {"users", "messages", "tickets", "activities"} <= {row["table"] for row in preview["erased"]}
    assert "Art. 17 (3) (b) GDPR" in kept["lines"]
    assert "§ 14b (1) UStG" in kept["lines"]


def test_preview_counts_the_invoices_of_the_persons_customers_as_kept_and_no_others(person, tree):
    for customer in (tree.berlin, tree.berlin, tree.us):
        billing.invoice(customer)

    kept = {row["table"]: row["rows"] for row in previewed(person).preview["kept"]}

    assert kept["invoices and credit notes"] == 2


def test_log_entry_of_the_erasure_remains_without_the_name(person):
    wish = erase(person)

    kinds = Activity.objects.filter(about_kind="erasure", about_ref=str(wish.pk)).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["accounts.erasure_asked", "accounts.erasure_confirmed", "accounts.erasure_done"]
    assert (wish.status, wish.done_at) == (Erasure.Status.DONE, NOON)


def test_who_asked_does_not_confirm(person):
    supervisor = people.supervisor()
    wish = previewed(person, asked_by=supervisor)

    with pytest.raises(erasing.SecondPersonNeeded):
        erasing.decide(actor=supervisor, erasure=wish, confirmed=True, answer="", at=NOON)


def test_database_refuses_one_person_for_both(person):
    supervisor = people.supervisor()
    wish = previewed(person, asked_by=supervisor)

    with pytest.raises(IntegrityError, match="erasure_takes_a_second_person"), transaction.atomic():
        Erasure.objects.filter(pk=wish.pk).update(status="confirmed", decided_by=supervisor)


def test_agent_does_not_decide(person):
    wish = previewed(person)

    with pytest.raises(erasing.MayNotErase):
        erasing.decide(actor=people.agent(), erasure=wish, confirmed=True, answer="", at=NOON)


def test_nothing_is_erased_when_it_is_refused(person):
    wish = previewed(person)

    erasing.decide(actor=people.manager(), erasure=wish, confirmed=False, answer="A dispute is open.", at=NOON)
    erasing.work_off(at=NOON)

    assert User.objects.filter(email=EMAIL, is_active=True).exists()


def test_nobody_asks_for_somebody_else(person, tree):
    with pytest.raises(erasing.MayNotErase):
        erasing.ask(actor=people.administrator(tree.germany), person=person, reason="", at=NOON)


def test_our_own_people_are_not_erased_this_way():
    agent = people.agent()

    with pytest.raises(erasing.CannotBeErased):
        erasing.ask(actor=people.manager(), person=agent, reason="", at=NOON)


def test_namesake_of_another_group_keeps_their_name(person):
    other = people.person("other@elsewhere.example", name=NAME)

    erase(person)

    other.refresh_from_db()
    assert other.name == NAME


def test_timeline_stays_closed_to_everybody_else(person):
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        Activity.objects.update(facts={})


def test_name_that_somebody_else_bears_stays_where_it_stands(person, tree):
    people.person("other@us.helios.example", name=NAME.upper())

    assert previewed(person).preview["words"] == [EMAIL]

    confirmed(Erasure.objects.get())
    assert Activity.objects.filter(facts__subject=f"Call {NAME} back").exists()


def test_preview_names_the_words_that_are_replaced(person):
    assert previewed(person).preview["words"] == [EMAIL, NAME]


def test_money_paid_automatically_or_through_stripe_is_kept_by_a_rule_and_orders_for_it_are_handed_out():
    tables = {"billing.Autopay", "billing.AutopaySkip", "billing.StripeCustomer", "billing.StripeCall", "billing.StripeEvent"}

    assert tables <= set(holdings.KEPT)
    assert {"billing.Autopay", "billing.AutopaySkip"} <= set(holdings.GIVEN)


def test_secrets_of_webhooks_are_never_handed_out():
    assert {"seed", "earlier_seed"} <= holdings.SECRETS
