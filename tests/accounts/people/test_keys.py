"""Keys of programs: who may make one, what it may do, that its secret is kept nowhere."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.people import access, invitations, keys
from accounts.people.models import ApiKey, Membership, User
from accounts.timeline.models import Activity
from support.notices import audiences
from tests.factories import people

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 1, 16, 12, tzinfo=UTC)


def make(customer, *scopes, actor=None, **facts):
    return keys.make(actor=actor, customer=customer, name="ERP", scopes=scopes, at=NOON, **facts)


def test_secret_is_told_once_and_kept_nowhere(tree):
    key, secret = make(tree.berlin, "read")

    assert secret.startswith(key.opening)
    assert secret not in str(ApiKey.objects.values().get()) + str(User.objects.filter(is_program=True).values().get())
    assert keys.holder_of(secret, NOON) == key


@pytest.mark.parametrize(
    ("scopes", "role"),
    [(("read",), "reader"), (("tickets", "read"), "reader"), (("pay",), "payer"), (("contracts",), "member"),
     (("usage",), "member"), (("pay", "contracts"), "administrator"), (("people",), "administrator")],
)  # fmt: skip
def test_program_stands_with_the_least_role_its_scopes_need(tree, scopes, role):
    key, _ = make(tree.berlin, *scopes)

    assert Membership.objects.get(user=key.user).role == role


def test_nobody_makes_a_key_for_more_than_they_hold(tree):
    administrator = people.administrator(tree.germany)
    people.joins(administrator, tree.lab, "reader", effect="deny")

    with pytest.raises(invitations.MayNotGrant):
        make(tree.berlin, "read", actor=administrator)

    assert not ApiKey.objects.exists()
    assert not User.objects.filter(is_program=True).exists()


@pytest.mark.parametrize("role", ["payer", "member", "reader"])
def test_only_administrators_make_keys(tree, role):
    with pytest.raises(invitations.MayNotGrant):
        make(tree.berlin, "read", actor=people.member(tree.berlin, role))


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [({"name": " \x00"}, keys.NameMissing), ({"scopes": []}, keys.ScopesUnknown), ({"scopes": ["all"]}, keys.ScopesUnknown),
     ({"expires_at": NOON}, keys.ExpiresInThePast)],
)  # fmt: skip
def test_key_that_makes_no_sense_is_refused(tree, asked, refusal):
    with pytest.raises(refusal):
        keys.make(**{"actor": None, "customer": tree.berlin, "name": "ERP", "scopes": ["read"], "at": NOON} | asked)


def test_customer_has_a_limited_number_of_keys(tree, monkeypatch):
    monkeypatch.setattr(keys, "MOST_KEYS", 1)
    first, _ = make(tree.berlin, "read")
    with pytest.raises(keys.TooManyKeys):
        make(tree.berlin, "read")

    keys.revoke(actor=None, key=first, at=NOON)

    assert make(tree.berlin, "read")


def test_revoked_key_holds_no_longer_and_its_program_stands_nowhere(tree):
    key, secret = make(tree.berlin, "read")

    keys.revoke(actor=people.administrator(tree.berlin), key=key, at=NOON)
    again = keys.revoke(actor=None, key=key, at=NOON + timedelta(days=1))

    assert keys.holder_of(secret, NOON) is None
    assert again.revoked_at == NOON
    assert not access.customers_within_reach(key.user, on=NOON.date()).exists()
    assert Activity.objects.filter(kind="accounts.api_key_revoked").count() == 1


def test_use_of_a_key_is_noted_once_a_minute(tree):
    key, secret = make(tree.berlin, "read")
    moments = []

    for seconds in (0, 59, 60):
        keys.holder_of(secret, NOON + timedelta(seconds=seconds))
        moments.append(ApiKey.objects.get(pk=key.pk).used_at - NOON)

    assert moments == [timedelta(0), timedelta(0), timedelta(minutes=1)]


def test_program_is_neither_invited_nor_written_to(tree):
    key, _ = make(tree.berlin, "people", "pay")

    with pytest.raises(invitations.CannotBeInvited):
        invitations.invite(actor=None, email=key.user.email, customer=tree.us, role="reader", scope="node", at=NOON)

    assert audiences.nearest(tree.berlin, "administrator") == []


def test_program_of_a_closed_login_opens_nothing(tree):
    key, secret = make(tree.berlin, "read")
    User.objects.filter(pk=key.user_id).update(is_active=False)

    assert keys.holder_of(secret, NOON) is None
