"""Logins, memberships and our own people. One invites and ends; nobody edits what was granted."""

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import EmailField, ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.people import invitations, staff
from accounts.people.models import Membership, StaffProfile, User
from backoffice.admin.base import LookingAdmin, UseCaseAdmin
from backoffice.admin.policies import for_each


@admin.register(User)
class UserAdmin(LookingAdmin):
    """Who can sign in."""

    list_display = ("email", "name", "language", "is_active", "last_login")
    search_fields = ("email", "name")
    fields = ("email", "name", "language", "timezone", "is_active", "is_staff", "last_login", "date_joined")
    ordering = ("email",)


class InvitationForm(ModelForm):
    """Who is invited, to which customer, as what."""

    email = EmailField(label=_("E-mail"), max_length=254)

    class Meta:
        model = Membership
        fields = ("customer", "role", "scope")


@admin.register(Membership)
class MembershipAdmin(UseCaseAdmin):
    """Who stands where, as what, since when."""

    added_only = True  # a membership ends and another begins
    form = InvitationForm
    list_display = ("user", "role", "customer", "scope", "effect", "since", "until")
    list_filter = ("role", "effect")
    list_select_related = ("user", "customer")
    search_fields = ("user__email", "customer__name")
    autocomplete_fields = ("customer",)
    fields = ("email", "customer", "role", "scope")
    actions = ("end",)

    def get_fields(self, request: HttpRequest, obj: Membership | None = None) -> tuple[str, ...]:
        return ("user", "customer", "role", "scope", "effect", "since", "until", "granted_by") if obj else self.fields

    def carry_out(self, request: HttpRequest, form: ModelForm, *, change: bool) -> Membership:
        """Invite."""
        return invitations.invite(actor=request.user, at=timezone.now(), **form.cleaned_data)

    @admin.action(description=_("End today"))
    def end(self, request: HttpRequest, chosen: QuerySet[Membership]) -> None:
        """End the chosen memberships today."""
        said = {"actor": request.user, "at": timezone.now()}
        for_each(self, request, chosen, lambda membership: invitations.revoke(membership=membership, **said))


@admin.register(StaffProfile)
class StaffAdmin(UseCaseAdmin):
    """Our own people and their level."""

    list_display = ("user", "level", "policy_acknowledged_at")
    list_filter = ("level",)
    list_select_related = ("user",)
    autocomplete_fields = ("user",)
    fields = ("user", "level")

    def get_readonly_fields(self, request: HttpRequest, obj: StaffProfile | None = None) -> tuple[str, ...]:
        """A profile stays its person's."""
        return ("user",) if obj else ()

    def carry_out(self, request: HttpRequest, form: ModelForm, *, change: bool) -> StaffProfile:
        """Appoint."""
        user = form.instance.user if change else form.cleaned_data["user"]
        return staff.appoint(actor=request.user, user=user, level=form.cleaned_data["level"], at=timezone.now())
