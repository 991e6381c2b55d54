"""Prepared statements: planned once a connection from their second question on, and every ready statement can be."""

import gc

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from accounts import prepared, ready
from accounts.customers.models import Customer
from accounts.people.asked import Asked
from accounts.people.models import StaffProfile
from accounts.ready import Fact, Statement
from tests.factories import customers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_connection(db):
    """A connection that was asked nothing yet, before and after: other tests go on with it."""
    forget()
    yield
    forget()


def forget() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    connection.accord_prepared = (None, {})


def by_name() -> Statement[Customer]:
    def named(name: Fact) -> QuerySet[Customer]:
        return Customer.objects.filter(name=name, stage="active").order_by("pk")

    return ready.statement(named)


def sent(ask, *facts) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        for one in facts:
            ask(name=one)
    return [query["sql"] for query in captured]


def plans() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, statement FROM pg_prepared_statements")
        return dict(cursor.fetchall())


def test_statement_is_prepared_when_a_connection_asks_it_again_with_what_never_changes_in_its_words():
    ask, before = by_name(), plans()

    first, second, third = sent(ask, "Nordwind", "Südwind", "Westwind")

    assert first.startswith("SELECT") and second.startswith("EXECUTE") and third.startswith("EXECUTE")
    (name,) = set(plans()) - set(before)
    assert name in third and "'Westwind'" in third
    assert "'active'" in plans()[name] and "$1" in plans()[name] and "$2" not in plans()[name]


def test_prepared_statement_answers_for_each_question():
    ask, found = by_name(), {name: customers.group(name, stage="active") for name in ("Nordwind", "Süd'wind %s")}

    for name, customer in 3 * list(found.items()):
        assert ask(name=name) == [customer]


def test_new_connection_is_asked_in_words_again():
    ask = by_name()
    sent(ask, "Nordwind", "Nordwind")

    _raw, known = connection.accord_prepared
    connection.accord_prepared = (object(), known)

    assert sent(ask, "Nordwind")[0].startswith("SELECT")


def test_behind_a_pooler_nothing_is_prepared(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)

    assert all(sql.startswith("SELECT") for sql in sent(by_name(), "Nordwind", "Südwind", "Westwind"))


def test_statement_by_hand_is_prepared_until_there_are_too_many(monkeypatch):
    monkeypatch.setattr(prepared, "_by_hand", {})
    monkeypatch.setattr(prepared, "MOST_BY_HAND", 1)
    known, other = "SELECT %s::int + %s::int", "SELECT %s::int * %s::int"

    assert [prepared.fetch(connection, "sum", known, [2, n]) for n in range(3)] == [[(2,)], [(3,)], [(4,)]]
    assert [prepared.fetch(connection, "product", other, [2, n]) for n in range(3)] == [[(0,)], [(2,)], [(4,)]]
    assert [one.name.startswith("sum") for one in prepared._by_hand.values()] == [True]


def test_every_ready_statement_of_the_project_can_be_prepared_for_every_level():
    _ = get_resolver().url_patterns  # loads every page
    gc.collect()
    asked = [one for one in gc.get_objects() if type(one) is Asked]
    statements = [
        one for one in gc.get_objects() if type(one) is Statement and one._write.__module__.partition(".")[0] != "tests"
    ]
    statements += [one._of_level(level) for one in asked for level in ["", *StaffProfile.Level.values]]
    written = {one._written[-1] for one in statements if one._written is not None}

    for statement in written:
        statement.prepare(connection)

    assert len(asked) > 10 and len(written) > 50
