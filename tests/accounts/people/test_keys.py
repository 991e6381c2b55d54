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


def key_of_who_left(tree, *scopes):
    """A key of Berlin whose maker, an administrator, was taken away since."""
    maker = people.administrator(tree.berlin)
    key, secret = make(tree.berlin, *scopes, actor=maker)
    invitations.revoke(actor=None, membership=maker.memberships.get(), at=NOON)
    return key, secret


def test_key_stops_when_its_maker_manages_people_no_more(tree):
    key, secret = key_of_who_left(tree, "read")

    assert keys.holder_of(secret, NOON) is None
    assert not keys.may_read(key.user)
    assert keys.without_anybody([key]) == {key.pk}


@pytest.mark.parametrize("gone", ["closed", "denied", "moved down"])
def test_key_stops_however_its_maker_went(tree, gone):
    maker = people.administrator(tree.germany)
    _, secret = make(tree.germany, "read", actor=maker)
    assert keys.holder_of(secret, NOON)

    if gone == "closed":
        User.objects.filter(pk=maker.pk).update(is_active=False)
    elif gone == "denied":
        people.joins(maker, tree.germany, "reader", effect="deny", scope="node")
    else:
        Membership.objects.filter(user=maker).update(customer=tree.berlin)

    assert keys.holder_of(secret, NOON) is None


def test_key_made_by_a_key_stops_with_it(tree):
    first, _ = make(tree.berlin, "people", "read", actor=people.administrator(tree.berlin))
    _, secret = make(tree.berlin, "read", actor=first.user)
    assert keys.holder_of(secret, NOON)

    keys.revoke(actor=None, key=first, at=NOON)

    assert keys.holder_of(secret, NOON) is None


def test_key_that_stopped_works_again_when_another_administrator_answers_for_it(tree):
    key, secret = key_of_who_left(tree, "read")
    colleague = people.administrator(tree.germany)

    keys.adopt(actor=colleague, key=key, at=NOON)
    keys.adopt(actor=people.administrator(tree.berlin), key=key, at=NOON)

    assert keys.holder_of(secret, NOON).made_by == colleague
    assert Activity.objects.filter(kind="accounts.api_key_adopted").count() == 1


@pytest.mark.parametrize("role", ["payer", "member", "reader"])
def test_only_who_could_have_made_a_key_answers_for_it(tree, role):
    key, secret = key_of_who_left(tree, "read")

    with pytest.raises(invitations.MayNotGrant):
        keys.adopt(actor=people.member(tree.berlin, role), key=key, at=NOON)

    assert keys.holder_of(secret, NOON) is None


def test_no_program_answers_for_a_key_and_a_revoked_one_stays_ended(tree):
    key, _ = key_of_who_left(tree, "read")
    bot, _ = make(tree.berlin, "people", "read", actor=people.administrator(tree.berlin))
    with pytest.raises(invitations.MayNotGrant, match="A person answers"):
        keys.adopt(actor=bot.user, key=key, at=NOON)

    keys.revoke(actor=None, key=key, at=NOON)

    with pytest.raises(keys.KeyEnded):
        keys.adopt(actor=people.administrator(tree.berlin), key=key, at=NOON)


def test_program_makes_keys_for_no_more_and_no_longer_than_its_own(tree):
    until = NOON + timedelta(days=1)
    bot, _ = make(tree.berlin, "people", "read", actor=people.administrator(tree.berlin), expires_at=until)

    for scopes, end in ((["pay"], until), (["read"], None), (["read"], until + timedelta(seconds=1))):
        with pytest.raises(invitations.MayNotGrant, match="no more than its own key may"):
            make(tree.berlin, *scopes, actor=bot.user, expires_at=end)

    assert make(tree.berlin, "read", actor=bot.user, expires_at=until)[0].scopes == ["read"]
