"""Which facts somebody needs, and what happens to those nobody does."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.customers import details, facts, importing, rules
from accounts.customers.importing import Row
from accounts.customers.models import Customer
from accounts.customers.retired_models import RetiredFact
from accounts.decisions import Refusal
from accounts.quality import field_usage
from accounts.segments import defining
from accounts.timeline.models import Activity
from tests.factories import people
from tests.factories.customers import NOON, group

pytestmark = pytest.mark.django_db
UNUSED = "external_id"


def usage(fact):
    return next(found for found in field_usage.report() if found.fact == fact)


def retire(fact=UNUSED, actor=None):
    return field_usage.retire(actor=actor or people.manager(), fact=fact, at=NOON)


def test_fact_used_by_no_rule_and_no_report_is_listed_first():
    group(external_id="ERP-1")

    first = field_usage.report()[0]

    assert (first.fact, first.is_used, first.filled, first.customers) == (UNUSED, False, 1, 1)
    assert first.percent == 100 and first.label == "external id"


@pytest.mark.parametrize(("fact", "read"), [(fact, read) for fact, lines in field_usage.READERS.items() for read in lines])
def test_every_reader_of_the_table_reads_what_it_says(fact, read):
    assert fact in (Path(settings.BASE_DIR) / read[0]).read_text()


def test_nothing_is_demanded_that_nobody_reads():
    demanded = {rule.fact for rule in rules.RULES if rule.id.endswith(".required")}

    assert demanded <= set(field_usage.READERS)
    assert [found.fact for found in field_usage.report() if found.is_needless] == []
    assert {found.fact for found in field_usage.report()} == set(facts.FACTS)


def test_retired_fact_is_written_by_no_way_and_keeps_what_was_there():
    customer = group(external_id="ERP-1", name="Helios")
    retire()

    with pytest.raises(details.FactsRefused, match="is retired: nobody needs it any more"):
        details.change(actor=None, customer=customer, at=NOON, external_id="ERP-2")
    with pytest.raises(details.FactsRefused):
        group(external_id="ERP-3")
    result = importing.import_rows([Row("R-1", "Nordwind", "group", facts={"external_id": "ERP-4"})], actor=None, at=NOON)

    assert result.refused == 1 and result.faults[0].rule == "facts.retired"
    assert details.change(actor=None, customer=customer, at=NOON, external_id="ERP-1", city="Berlin").city == "Berlin"
    assert Customer.objects.get(pk=customer.pk).external_id == "ERP-1"


def test_used_fact_is_not_retired():
    with pytest.raises(Refusal, match="The tax id is used: taxes on invoices"):
        retire("tax_id")

    assert not RetiredFact.objects.exists()


def test_segment_that_asks_a_fact_uses_it():
    words = dict.fromkeys(("description", "do", "dont", "examples"), "x")
    defining.define(actor=people.manager(), code="gold", name="Golden", rule="tier is gold", rank=1, at=NOON, **words)

    assert usage("tier").segments == ("Golden",)


@pytest.mark.parametrize("level", ["agent", "supervisor", "finance", "key_account"])
def test_only_a_manager_retires_and_brings_back(level):
    for act in (lambda: retire(actor=people.staff(level)),
                lambda: field_usage.bring_back(actor=people.staff(level), fact=UNUSED, at=NOON)):  # fmt: skip
        with pytest.raises(Refusal, match="A manager"):
            act()


def test_fact_is_retired_once_and_brought_back_once():
    manager = people.manager()
    retire(actor=manager)
    retire(actor=manager)
    assert usage(UNUSED).retired.retired_by == manager

    field_usage.bring_back(actor=manager, fact=UNUSED, at=NOON)
    field_usage.bring_back(actor=manager, fact=UNUSED, at=NOON)

    assert group(external_id="ERP-5").external_id == "ERP-5"
    told = Activity.objects.filter(kind__startswith="accounts.fact_").order_by("pk").values_list("kind", flat=True)
    assert list(told) == ["accounts.fact_retired", "accounts.fact_brought_back"]


def test_unknown_fact_is_refused_and_a_name_is_never_retired():
    with pytest.raises(field_usage.CannotBeRetired):
        retire("shoe_size")
    with pytest.raises(IntegrityError), transaction.atomic():
        RetiredFact.objects.create(fact="name", retired_at=NOON)
