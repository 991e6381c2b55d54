"""People for tests: one line each, saved for real.

`person("ada@helios.example")` signs in and stands nowhere; `member(...)` stands at a customer; `staff(...)` works for us.
Every person's password is PASSWORD.
"""

from datetime import UTC, date, datetime
from itertools import count

from accounts.customers.models import Customer
from accounts.people.models import Membership, StaffProfile, User

PASSWORD = "correct horse battery staple"
LONG_AGO = date(2020, 1, 1)
ACKNOWLEDGED_AT = datetime(2020, 1, 1, 9, tzinfo=UTC)
_serial = count(1)


def person(email: str = "", *, name: str = "", password: str | None = PASSWORD, **facts: object) -> User:
    """A user who stands nowhere yet. Pass password=None to skip hashing where nobody signs in."""
    return User.objects.create_user(email or f"person{next(_serial)}@helios.example", password, name=name, **facts)


def joins(
    user: User,
    customer: Customer,
    role: str = Membership.Role.MEMBER,
    *,
    scope: str = Membership.Scope.SUBTREE,
    effect: str = Membership.Effect.ALLOW,
    since: date = LONG_AGO,
    until: date | None = None,
) -> Membership:
    """Give `user` a role at `customer`, with nobody asking whether that is allowed."""
    return Membership.objects.create(
        user=user, customer=customer, role=role, scope=scope, effect=effect, since=since, until=until
    )


def member(customer: Customer, role: str = Membership.Role.MEMBER, *, email: str = "", **span: object) -> User:
    """A new user with one role at `customer` and (unless scope="node") all below it."""
    user = person(email)
    joins(user, customer, role, **span)
    return user


def administrator(customer: Customer, **span: object) -> User:
    return member(customer, Membership.Role.ADMINISTRATOR, **span)


def payer(customer: Customer, **span: object) -> User:
    return member(customer, Membership.Role.PAYER, **span)


def staff(level: str = StaffProfile.Level.AGENT, *, email: str = "", acknowledged: bool = True) -> User:
    """One of our own people at a level; they acknowledged the policy unless told otherwise."""
    user = person(email or f"{level}{next(_serial)}@accord.example", is_staff=level == StaffProfile.Level.MANAGER)
    StaffProfile.objects.create(user=user, level=level, policy_acknowledged_at=ACKNOWLEDGED_AT if acknowledged else None)
    return user


def agent(**facts: object) -> User:
    return staff(StaffProfile.Level.AGENT, **facts)


def supervisor(**facts: object) -> User:
    return staff(StaffProfile.Level.SUPERVISOR, **facts)


def finance(**facts: object) -> User:
    return staff(StaffProfile.Level.FINANCE, **facts)


def key_account_manager(**facts: object) -> User:
    return staff(StaffProfile.Level.KEY_ACCOUNT, **facts)


def manager(**facts: object) -> User:
    return staff(StaffProfile.Level.MANAGER, **facts)
