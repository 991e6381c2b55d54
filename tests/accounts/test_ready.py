"""Ready statements: written once, asked with other facts, and always answered anew."""

from threading import Thread

from django.db import connection
from django.db.models import QuerySet

from accounts import reading, ready
from accounts.customers.models import Customer
from accounts.ready import Fact
from tests.factories import customers


@ready.statement
def _named(keys: Fact, name: Fact) -> QuerySet[Customer]:
    return Customer.objects.filter(reading.among("pk", keys), name=name).select_related("kind").order_by("-pk")


@ready.statement
def _numbers(keys: Fact) -> QuerySet[Customer, str]:
    return Customer.objects.filter(reading.among("pk", keys)).order_by("pk").values_list("number", flat=True)


@ready.statement
def _children(parent: Fact) -> QuerySet[Customer]:
    return Customer.objects.filter(parent=parent).order_by("-pk")


def test_ready_statement_answers_for_the_facts_of_each_question(db):
    first, second = customers.group("Nordwind"), customers.group("Südwind")
    keys = [first.pk, second.pk]

    assert _named(keys=keys, name="Nordwind") == [first]
    assert _named(keys=keys, name="Südwind") == [second]
    assert _named(keys=[first.pk], name="Südwind") == []


def test_ready_statement_reads_rows_anew_each_time(db):
    changed = customers.group("Nordwind")
    assert _named(keys=[changed.pk], name="Nordwind") == [changed]

    Customer.objects.filter(pk=changed.pk).update(name="Westwind")

    assert _named(keys=[changed.pk], name="Nordwind") == []


def test_ready_statement_takes_one_statement_with_what_belongs_to_its_rows(db, django_assert_num_queries):
    found = customers.group("Nordwind")
    kind = found.kind

    with django_assert_num_queries(1):
        assert [row.kind for row in _named(keys=[found.pk], name="Nordwind")] == [kind]


def test_ready_statement_returns_plain_values_when_it_asks_for_them(db):
    first, second = customers.group("Nordwind"), customers.group("Südwind")

    assert _numbers(keys=[second.pk, first.pk]) == [first.number, second.number]


def test_what_a_ready_statement_found_is_kept_with_the_row_it_belongs_to(db, tree, django_assert_num_queries):
    below = _children(parent=tree.group)

    ready.keep(tree.group, "children", tree.group.children.order_by("-pk"), below)

    with django_assert_num_queries(0):
        assert list(tree.group.children.all()) == below
        assert all(child.parent is tree.group for child in below)
    with django_assert_num_queries(1):
        assert list(tree.group.children.filter(pk=below[0].pk)) == below[:1]


def test_ready_statement_leaves_the_database_alone_when_asked_about_no_keys(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert _numbers(keys=[]) == []


def test_ready_statement_keeps_what_people_wrote_out_of_its_words(db):
    found = customers.group("Nord'; DROP TABLE x; -- %s")

    assert _named(keys=[found.pk], name="Nord'; DROP TABLE x; -- %s") == [found]


def test_ready_statement_uses_the_connection_of_its_thread(db, django_assert_num_queries):
    key, seen = customers.group("Nordwind").pk, []
    assert len(_numbers(keys=[key])) == 1

    def ask() -> None:
        seen.append(_numbers(keys=[key]))
        connection.close()

    with django_assert_num_queries(0):
        asking = Thread(target=ask)
        asking.start()
        asking.join()

    assert seen == [[]]  # what this test wrote is not committed, so others do not see it
