"""Order limits: nobody gives, lifts, or does by a key, more than they may order for alone."""

from datetime import UTC, datetime

import pytest

from accounts.people import invitations, keys, order_limits
from tests.factories import people

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 1, 16, 12, tzinfo=UTC)


@pytest.fixture
def limited(tree):
    """An administrator of Germany who may order for 100.00 EUR alone."""
    person = people.person(password=None)
    return limit(people.joins(person, tree.germany, "administrator"), 100_00).user


def limit(membership, minor, actor=None):
    return invitations.limit_orders(actor=actor, membership=membership, limit_minor=minor, at=NOON)


def program(maker, customer):
    return keys.make(actor=maker, customer=customer, name="ERP", scopes=["contracts"], at=NOON)[0].user


def invite(actor, customer, role="member"):
    facts = {"email": "new@helios.example", "scope": "subtree", "at": NOON}
    return invitations.invite(actor=actor, customer=customer, role=role, **facts)


def test_key_reaches_no_further_than_its_maker(tree, limited):
    bot = program(limited, tree.germany)

    assert (order_limits.of(bot, tree.berlin).up_to("EUR"), order_limits.of(bot, tree.berlin).up_to("USD")) == (100_00, 0)


def test_key_made_before_the_limit_follows_its_maker(tree):
    maker = people.person(password=None)
    membership = people.joins(maker, tree.germany, "administrator")
    bot = program(maker, tree.germany)
    assert order_limits.of(bot, tree.berlin).freely

    limit(membership, 50_00)

    assert order_limits.of(bot, tree.berlin).up_to("EUR") == 50_00


def test_key_of_who_left_orders_nothing_alone(tree):
    maker = people.administrator(tree.germany)
    bot = program(maker, tree.germany)

    invitations.revoke(actor=None, membership=maker.memberships.get(), at=NOON)

    assert order_limits.of(bot, tree.berlin).up_to("EUR") == 0


def test_key_of_our_own_people_orders_nothing_alone_and_the_systems_own_freely(tree):
    assert order_limits.of(program(people.manager(), tree.berlin), tree.berlin).up_to("EUR") == 0
    assert order_limits.of(program(None, tree.berlin), tree.berlin).freely


def test_own_limit_of_a_key_counts_beside_its_makers(tree):
    bot = program(people.administrator(tree.germany), tree.germany)

    limit(bot.memberships.get(), 20_00)

    assert order_limits.of(bot, tree.lab).up_to("EUR") == 20_00


def test_who_is_invited_starts_with_no_more_than_the_inviter_may(tree, limited):
    assert (invite(limited, tree.berlin).order_limit_minor, invite(limited, tree.lab, "payer").order_limit_minor) == (
        100_00,
        None,
    )


def test_inviter_without_limit_gives_none(tree):
    assert invite(people.administrator(tree.germany), tree.berlin).order_limit_minor is None


@pytest.mark.parametrize("wanted", [None, 100_01])
def test_nobody_lifts_their_own_limit(tree, limited, wanted):
    with pytest.raises(invitations.MayNotGrant, match="more than you may yourself"):
        limit(limited.memberships.get(), wanted, actor=limited)

    assert limited.memberships.get().order_limit_minor == 100_00


def test_limit_is_given_up_to_ones_own(tree, limited):
    other = people.joins(people.person(password=None), tree.berlin)

    assert limit(other, 100_00, actor=limited).order_limit_minor == 100_00


def test_role_at_one_node_gives_nothing_below_it(tree, limited):
    people.joins(limited, tree.germany, "member", scope="node")
    assert order_limits.of(limited, tree.germany).freely

    assert invite(limited, tree.germany).order_limit_minor == 100_00
