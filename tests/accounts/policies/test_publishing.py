"""From a draft to a version in force: by a second person, with cases that pass, and never changed after."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from accounts import two_persons
from accounts.decisions import Refusal
from accounts.policies import binding, cases, exceptions, keys, publishing
from accounts.policies.models import PolicyBinding, PolicyException, PolicyVersion
from accounts.policies.publishing import MayNotSteer, NotToBePublished
from tests.factories import customers, people, policies
from tests.factories.policies import NOON

pytestmark = pytest.mark.django_db
MOST = "remedy.ticket_limit"
DAYS = "staff.acknowledgement_days"
NINE = {"key": MOST, "value": {"EUR": "9.00"}, "since": NOON.date(), "until": NOON.date() + timedelta(3)}
AGENT = "remedy.agent_ticket_limit"


def test_second_manager_publishes_and_the_first_does_not():
    written = policies.draft({MOST: "80.00 EUR"})
    another = people.manager()
    publishing.write(
        actor=another, policy=written.policy, content=policies.content({MOST: "90.00 EUR"}), effective_on=NOON.date(), at=NOON
    )

    with pytest.raises(NotToBePublished, match="You wrote on this draft yourself"):
        publishing.publish(actor=another, version=written, at=NOON)
    done = publishing.publish(actor=people.manager(), version=written, at=NOON)

    assert (done.number, done.published_at, len(done.editors)) == (1, NOON, 2)


@pytest.mark.parametrize("level", ["agent", "supervisor", "finance", "key_account"])
def test_only_managers_write_and_publish(level):
    written = policies.draft({MOST: "80.00 EUR"})

    with pytest.raises(MayNotSteer):
        publishing.publish(actor=people.staff(level), version=written, at=NOON)
    with pytest.raises(MayNotSteer):
        policies.publishing.write(
            actor=people.staff(level), policy=written.policy, content=policies.content({}), effective_on=NOON.date(), at=NOON
        )


def test_draft_whose_sample_case_fails_is_refused_with_the_difference():
    case = {"name": "Five days", "ask": "value", "facts": {"key": DAYS}, "expect": "5 days"}
    written = policies.draft({DAYS: "6"}, cases=[case])

    with pytest.raises(NotToBePublished) as refusal:
        publishing.publish(actor=people.manager(), version=written, at=NOON)

    assert refusal.value.reason == "1 of 1 sample cases fail. Five days: expected 5 days, got 6 days"
    assert [result.passed for result in cases.run(written, at=NOON)] == [False]


def test_draft_without_a_sample_case_is_not_published():
    with pytest.raises(NotToBePublished, match="at least one sample case"):
        publishing.publish(actor=people.manager(), version=policies.draft({}, cases=[]), at=NOON)


def test_version_holds_from_the_day_it_is_published_at_the_earliest():
    written = policies.draft({MOST: "80.00 EUR"}, on=NOON.date() - timedelta(days=100))

    assert publishing.publish(actor=people.manager(), version=written, at=NOON).effective_on == NOON.date()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE accounts_policyversion SET values = '{}'",
        "UPDATE accounts_policyversion SET published_at = NULL, published_by_id = NULL",
        "UPDATE accounts_policyversion SET effective_on = effective_on - 30",
        "DELETE FROM accounts_policyversion",
        "TRUNCATE accounts_policyversion CASCADE",
    ],
)
def test_published_version_never_changes_by_any_statement(change):
    policies.published({MOST: "80.00 EUR"})

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)

    assert PolicyVersion.objects.get().values[MOST]["value"] == {"EUR": "80.00"}


def test_database_itself_lets_no_editor_publish_and_no_asker_approve():
    written = policies.draft({MOST: "80.00 EUR"})
    bound = binding.ask(actor=people.manager(), policy=written.policy, place="house", since=NOON.date(), at=NOON)
    author = written.editors[0]

    with pytest.raises(DatabaseError), transaction.atomic():
        PolicyVersion.objects.filter(pk=written.pk).update(published_by=author, published_at=NOON)
    with pytest.raises(DatabaseError), transaction.atomic():
        PolicyVersion.objects.filter(pk=written.pk).update(published_by=author, published_at=NOON, editors=[])
    with pytest.raises(DatabaseError), transaction.atomic():
        PolicyBinding.objects.filter(pk=bound.pk).update(approved_by=bound.asked_by_id)


def test_who_asks_for_a_binding_or_an_exception_does_not_approve_it():
    manager, customer = people.manager(), customers.group()
    bound = binding.ask(actor=manager, policy=policies.policy(), place="house", since=NOON.date(), at=NOON)
    asked = exceptions.ask(actor=manager, customer=customer, reason="Once.", at=NOON, **NINE)

    with pytest.raises(two_persons.SecondPersonNeeded):
        binding.approve(actor=manager, asked=bound, at=NOON)
    with pytest.raises(two_persons.SecondPersonNeeded):
        exceptions.approve(actor=manager, asked=asked, at=NOON)

    assert PolicyException.objects.get().waits and PolicyBinding.objects.get().waits


@pytest.mark.parametrize("level", ["agent", "finance", "key_account"])
def test_exception_is_asked_for_by_supervisors_with_a_reason(level):
    customer = customers.group()

    with pytest.raises(exceptions.ExceptionRefused):
        exceptions.ask(actor=people.staff(level), customer=customer, reason="Please.", at=NOON, **NINE)
    with pytest.raises(exceptions.ExceptionRefused, match="says why"):
        exceptions.ask(actor=people.supervisor(), customer=customer, reason=" ", at=NOON, **NINE)


def test_what_is_locked_above_is_not_said_again_and_what_may_be_tightened_only_tightened():
    tree = customers.helios()
    policies.published({MOST: "100.00 EUR", AGENT: "50.00 EUR | locked"}, "house")
    said = ((MOST, "90.00 EUR"), (MOST, "110.00 EUR"), (AGENT, "40.00 EUR"))
    lower, higher, locked = (policies.draft({code: value}) for code, value in said)
    for written in (lower, higher, locked):
        policies.bound(written.policy, "node", customer=tree.europe)

    publishing.publish(actor=people.manager(), version=lower, at=NOON)
    with pytest.raises(binding.OverrideRefused) as loosened:
        publishing.publish(actor=people.manager(), version=higher, at=NOON)
    with pytest.raises(binding.OverrideRefused) as overridden:
        publishing.publish(actor=people.manager(), version=locked, at=NOON)

    assert loosened.value.reason.startswith("Most on one ticket at Helios Europe: ")
    assert loosened.value.reason.endswith("v1 says 90.00 EUR and lets it only be tightened; 110.00 EUR is not.")
    assert overridden.value.reason == "What an agent may give on one ticket at Helios Europe: house v1 locks it at 50.00 EUR."


def test_lower_value_in_one_currency_alone_is_refused_naming_the_other():
    tree = customers.helios()
    policies.published({MOST: "100.00 EUR, 110.00 USD"}, "house")
    version = policies.draft({MOST: "80.00 EUR"})
    policies.bound(version.policy, "node", customer=tree.europe)

    with pytest.raises(binding.OverrideRefused) as refused:
        publishing.publish(actor=people.manager(), version=version, at=NOON)

    assert refused.value.reason.endswith(
        "house v1 says 100.00 EUR, 110.00 USD and lets it only be tightened; say it in USD as well."
    )


def test_binding_that_would_loosen_is_refused_when_it_is_asked_for():
    tree = customers.helios()
    version = policies.published({MOST: "110.00 EUR"}, "wide", place="node", customer=customers.group())
    policies.published({MOST: "100.00 EUR"}, "house")

    with pytest.raises(binding.OverrideRefused, match="at Helios Europe"):
        binding.ask(actor=people.manager(), policy=version.policy, place="node", customer=tree.europe, since=NOON.date(), at=NOON)


def test_two_policies_do_not_say_the_same_key_at_the_same_place():
    policies.published({MOST: "100.00 EUR"}, "house")

    with pytest.raises(binding.OverrideRefused, match="said at The whole house already, by house v1"):
        policies.published({MOST: "90.00 EUR"}, "other")


@pytest.mark.parametrize(
    "said",
    [
        {"values": {"no.such_key": {"value": 1}}},
        {"values": {MOST: {"value": 8}}},
        {"values": {MOST: {"value": {"EUR": "-1"}}}},
        {"values": {MOST: {"value": {"EUR": "1e5"}}}},
        {"values": {MOST: {"value": {"EUR": "80.00"}, "below": "loosen"}}},
        {"values": {DAYS: {"value": -1}}},
        {"clauses": []},
        {"clauses": [{"id": "1", "text": "a"}, {"id": "1", "text": "b"}]},
        {"quiz": [{"question": "?", "options": ["one"], "answer": 0}]},
        {"cases": [{"name": "x", "ask": "nobody", "expect": "y"}]},
    ],
)
def test_draft_that_makes_no_sense_is_refused_and_nothing_is_written(said):
    of = policies.policy()

    with pytest.raises(Refusal):
        publishing.write(
            actor=people.manager(), policy=of, content=policies.content({}, **said), effective_on=NOON.date(), at=NOON
        )

    assert not of.versions.exists()


@pytest.mark.parametrize("text", ["", "80", "80 EU", "EUR 80", "NaN EUR", "１２ EUR", "80.00 EUR,", "Infinity EUR"])
def test_amount_that_cannot_be_read_is_refused(text):
    with pytest.raises(keys.ValueUnreadable):
        keys.read(keys.named(MOST), text)


def test_differences_of_two_versions_are_listed_value_by_value():
    policies.published({MOST: "100.00 EUR"})
    second = policies.draft({MOST: "80.00 EUR"}, of=policies.policy("credit-policy"))

    found = publishing.changes(second, publishing.in_force(second.policy, NOON.date()))

    assert found == [{"label": "Most on one ticket", "before": "100.00 EUR (may tighten)", "after": "80.00 EUR (may tighten)"}]
