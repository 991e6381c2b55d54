"""The same invitation sent by several people at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from accounts.people import invitations
from accounts.people.models import Membership, User
from tests.factories import customers, people


def test_invitations_at_the_same_moment_make_one_login_and_one_membership(committed):
    group, together = customers.group(), Barrier(6)
    administrator = people.administrator(group)

    def invite(_: int) -> int:
        try:
            together.wait(timeout=10)
            given = {"role": Membership.Role.READER, "scope": Membership.Scope.NODE, "at": customers.NOON}
            return invitations.invite(actor=administrator, email="ada@helios.example", customer=group, **given).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        made = set(pool.map(invite, range(6)))

    assert len(made) == 1
    assert User.objects.filter(email="ada@helios.example").count() == 1
