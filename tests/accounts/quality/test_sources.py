"""What other systems tell us: every word kept, one of them holds, and what cannot be is refused whole."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts import writing
from accounts.customers import details
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.quality import merging, sources
from accounts.quality.source_models import SourceRecord, SourceValue, SurvivorshipRule
from accounts.timeline.models import Activity
from tests.factories import people
from tests.factories.customers import NOON, group
from tests.factories.sources import said, system

pytestmark = pytest.mark.django_db
OLD, NEW = "+49 30 555 0100", "+49 30 555 0199"
BEFORE = NOON - timedelta(days=30)


def kept(customer):
    return Customer.objects.get(pk=customer.pk)


def test_of_two_sources_for_a_phone_the_verified_one_is_kept_and_both_are_shown():
    customer = group()
    said(customer, value=OLD, told_at=BEFORE, verified=True)
    said(customer, value=NEW, system="shop")

    (matter,) = sources.of_customer(kept(customer))

    assert kept(customer).phone == OLD
    assert [value.value for value in matter.values] == [OLD, NEW]
    assert matter.choice.why == f"CRM was verified last, on {writing.day(BEFORE.date())}" and matter.agrees


def test_word_verified_later_takes_over_and_the_timeline_keeps_what_was_there():
    customer = group()
    said(customer, value=OLD, told_at=BEFORE, verified=True)
    newer = said(customer, value=NEW, system="shop")

    sources.verify(actor=people.agent(), value=newer, at=NOON + timedelta(hours=1))

    assert kept(customer).phone == NEW
    changed = Activity.objects.filter(kind="accounts.customer_changed").latest("pk")
    assert (changed.facts["before"], changed.facts["after"]) == ({"phone": OLD}, {"phone": NEW})


def test_same_word_again_changes_nothing_and_an_older_one_is_passed_over():
    customer = group()
    said(customer, value=NEW, external_id="R")
    count = Activity.objects.count()

    said(customer, value=NEW, external_id="R")
    said(customer, value=OLD, external_id="R", told_at=BEFORE)

    assert Activity.objects.count() == count
    assert SourceValue.objects.get().value == NEW


def test_new_word_of_a_record_is_no_longer_verified():
    customer = group()
    said(customer, value=OLD, external_id="R", told_at=BEFORE, verified=True)

    said(customer, value=NEW, external_id="R")

    assert SourceValue.objects.get().verified_at is None
    assert kept(customer).phone == NEW


def test_address_is_kept_from_one_record_and_never_mixed():
    customer = group()
    street = {"street": "Gate 4", "postcode": "10115", "city": "Berlin"}
    say(customer, street, system("crm"), "A", at=NOON)
    say(customer, {"city": "Hamburg"}, system("shop"), "B", at=NOON + timedelta(days=1))

    chosen = sources.of_customer(kept(customer))[0].choice.word

    assert chosen.values == {"city": "Hamburg"}
    assert kept(customer).city == "Hamburg"


def say(customer, says, source, external_id, *, at=NOON, actor=None):
    return sources.take(actor=actor, customer=customer, system=source, external_id=external_id, says=says, told_at=at, at=at)


def test_where_a_steward_decides_nothing_changes_until_one_takes_the_word():
    customer, agent = group(legal_name="Helios AG"), people.agent()
    word = said(customer, "legal_name", "Helios SE")
    assert kept(customer).legal_name == "Helios AG"

    sources.adopt(actor=agent, value=word, at=NOON)

    assert kept(customer).legal_name == "Helios SE"


def test_fact_put_right_by_hand_stands_and_the_page_says_that_the_rule_disagrees():
    customer = group()
    said(customer, value=OLD, external_id="R")
    details.change(actor=people.agent(), customer=customer, at=NOON, phone=NEW)
    said(customer, value=OLD, external_id="R")

    assert kept(customer).phone == NEW
    assert not sources.of_customer(kept(customer))[0].agrees


@pytest.mark.parametrize(
    ("says", "external_id", "words"),
    [
        ({"phone": OLD, "tier": "gold"}, "R", "do not speak of tier"),
        ({"phone": " "}, "R", "says nothing"),
        ({"phone": OLD}, "\x00 ", "has an id"),
        ({"phone": OLD}, "x" * 121, "has an id"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_kept(says, external_id, words):
    with pytest.raises(sources.SourceRefused, match=words):
        say(group(), says, system(), external_id)

    assert not SourceRecord.objects.exists()


def test_word_that_breaks_a_rule_of_the_house_refuses_the_whole_record():
    customer = group()

    with pytest.raises(details.FactsRefused, match="is no e-mail address"):
        say(customer, {"phone": OLD, "email": "nobody"}, system(), "R")

    assert not SourceValue.objects.exists() and kept(customer).phone == ""


def test_moment_still_to_come_is_refused():
    with pytest.raises(sources.SourceRefused, match="still to come"):
        sources.take(
            actor=None, customer=group(), system=system(), external_id="R", says={"phone": OLD},
            told_at=datetime(2030, 1, 1, tzinfo=UTC), at=NOON,
        )  # fmt: skip


def test_record_speaks_of_one_customer_and_follows_it_into_a_merge():
    root = group()
    retired, survivor = (group(name) for name in ("Helios", "Helios again"))
    say(retired, {"phone": OLD}, system(), "R")
    with pytest.raises(sources.SourceRefused, match="speaks of Helios"):
        say(root, {"phone": NEW}, system(), "R")

    asked = merging.ask(actor=people.agent(), retired=retired, survivor=survivor, note="", at=NOON)
    merging.approve(actor=people.supervisor(), merge=asked, at=NOON)
    say(survivor, {"phone": NEW}, system(), "R", at=NOON + timedelta(days=1))

    assert kept(survivor).phone == NEW


@pytest.mark.parametrize("level", ["finance"])
def test_only_who_tends_data_takes_words_and_only_managers_set_rules(level):
    with pytest.raises(Refusal):
        say(group(), {"phone": OLD}, system(), "R", actor=people.staff(level))
    for actor in (people.agent(), people.staff(level)):
        with pytest.raises(Refusal):
            sources.set_rule(actor=actor, matter="phone", picks="newest", at=NOON)
        with pytest.raises(Refusal):
            sources.define_system(actor=actor, code="x", name="X", rank=1, at=NOON)


def test_rule_set_anew_holds_for_the_next_word():
    customer = group()
    sources.set_rule(actor=people.manager(), matter="phone", picks="most_trusted", at=NOON)

    said(customer, value=OLD, told_at=BEFORE)
    said(customer, value=NEW, system="shop", verified=True)

    assert kept(customer).phone == OLD
    with pytest.raises(sources.SourceRefused):
        sources.set_rule(actor=None, matter="shoe size", picks="newest", at=NOON)


def test_database_keeps_one_record_an_id_and_one_word_a_fact():
    word = said(group())

    for make in (
        lambda: SourceRecord.objects.create(
            system_id="crm", external_id=word.record.external_id, customer=group(), first_told_at=NOON
        ),
        lambda: SourceValue.objects.create(record=word.record, fact="phone", value=NEW, told_at=NOON),
        lambda: SourceValue.objects.create(record=word.record, fact="email", value=NEW, told_at=NOON, verified_at=BEFORE),
        lambda: SurvivorshipRule.objects.create(matter="shoes", picks="the_loudest"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            make()
