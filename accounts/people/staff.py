"""Staff: our own people, their level, and that they know the policy. The one writer of staff profiles.

Nobody is both: one of our own people never stands at a customer (invitations.py refuses the other way round), so nobody helps
their own account.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access, sessions
from accounts.people.models import Membership, StaffProfile, User
from accounts.timeline import recording


class MayNotAppoint(Refusal):
    """Only a manager appoints, and never themselves."""

    code = "may_not_appoint"


class StandsAtACustomer(Refusal):
    """A customer's person cannot also work for us."""

    code = "stands_at_a_customer"

    def __init__(self, user: User) -> None:
        super().__init__(f"{user.email} stands at a customer; end that first.")


def appoint(*, actor: User | None, user: User, level: str, at: datetime) -> StaffProfile:
    """Let `user` work for us at `level` from now on; a manager may also open Django admin. Repeating it changes nothing.

    Who begins to work for us is signed out everywhere: a session opened as a customer's person never becomes one of ours.

    Raises:
        MayNotAppoint: the actor is no manager, or appoints themselves.
        StandsAtACustomer: the user has a membership that has not ended.
    """
    with transaction.atomic():
        _must_be_a_manager(actor, user)
        user = User.objects.select_for_update().get(pk=user.pk)
        if Membership.objects.filter(user=user, effect=Membership.Effect.ALLOW).in_force(at.date()).exists():
            raise StandsAtACustomer(user)
        profile, made = StaffProfile.objects.get_or_create(user=user, defaults={"level": level})
        before = "" if made else profile.level
        if before != level:
            _raise_to(profile, level)
            if made:
                sessions.end_all(user)
            facts = {"email": user.email, "level": level, "before": before}
            recording.record(None, "accounts.staff_appointed", actor=actor, at=at, facts=facts, internal=True)
    return profile


def acknowledge_policy(*, user: User, at: datetime) -> StaffProfile:
    """Note that `user` has read the policy, which lets them act; the first time counts."""
    with transaction.atomic():
        profile = StaffProfile.objects.select_for_update().get(user=user)
        if profile.policy_acknowledged_at is None:
            profile.policy_acknowledged_at = at
            profile.save(update_fields=["policy_acknowledged_at"])
            facts = {"email": user.email}
            recording.record(None, "accounts.policy_acknowledged", actor=user, at=at, facts=facts, internal=True)
    return profile


def _must_be_a_manager(actor: User | None, user: User) -> None:
    if actor is None:
        return
    if access.level_of(actor) not in access.STEER.levels:
        raise MayNotAppoint(_("Only a manager appoints our own people."))
    if actor.pk == user.pk:
        raise MayNotAppoint(_("Nobody appoints themselves; ask another manager."))


def _raise_to(profile: StaffProfile, level: str) -> None:
    profile.level = level
    profile.save(update_fields=["level"])
    profile.user.is_staff = level == StaffProfile.Level.MANAGER
    profile.user.save(update_fields=["is_staff"])
