"""What is offered to customers, and how they answered."""

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from backoffice.admin.base import LookingAdmin, UseCaseAdmin
from support.offers import defining, recommending
from support.offers.models import Lead, Offer, OfferAnswer


@admin.register(Offer)
class OfferAdmin(UseCaseAdmin):
    """Offers: what, to whom, and why. At most two are shown at once, the higher rank first."""

    list_display = ("name", "code", "plan", "instead_of", "tier", "segment", "rank", "active")
    list_filter = ("active", "tier")
    list_select_related = ("plan", "instead_of", "segment")
    fields = (
        "code", "name", "plan", "instead_of", "because", "because_de", "needs", "least_quantity", "segment", "tier", "since",
        "until", "rank", "active",
    )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Offer | None = None) -> tuple[str, ...]:
        """Answers know the offer by its code."""
        return ("code",) if obj else ()

    def carry_out(self, request: HttpRequest, form: ModelForm, *, change: bool) -> Offer:
        """Write the offer."""
        given = {"code": form.instance.code} if change else {}
        return defining.define(actor=request.user, at=timezone.now(), **given | form.cleaned_data)


@admin.register(OfferAnswer)
class OfferAnswerAdmin(LookingAdmin):
    """Every answer, and who of us has a share in a yes that was ordered."""

    list_display = ("offer", "customer", "answer", "at", "person", "recommended_by", "owner", "ordered", "shares")
    list_filter = ("answer", "offer")
    list_select_related = ("offer", "customer", "person", "recommended_by", "owner", "quote")
    fields = ("offer", "customer", "person", "answer", "at", "quote", "recommended_by", "owner")
    ordering = ("-at", "-pk")

    @admin.display(boolean=True, description="ordered")
    def ordered(self, answer: OfferAnswer) -> bool:
        """Whether its quote was applied."""
        return bool(answer.quote and answer.quote.status == answer.quote.Status.APPLIED)

    @admin.display(description="shares")
    def shares(self, answer: OfferAnswer) -> str:
        """Who of us has which share."""
        return ", ".join(f"{person} {percent} %" for person, percent in recommending.shares(answer))


@admin.register(Lead)
class LeadAdmin(LookingAdmin):
    """What agents handed to who sells, and what came of it."""

    list_display = ("need", "customer", "handed_by", "handed_to", "due_on", "state", "outcome", "ended_at")
    list_filter = ("state",)
    list_select_related = ("customer", "handed_by", "handed_to")
    search_fields = ("need", "customer__name", "customer__number", "handed_to__email")
    fields = (
        "ticket", "customer", "need", "due_on", "handed_by", "handed_to", "handed_at", "state", "outcome", "ended_by", "ended_at",
        "late_at",
    )  # fmt: skip
    ordering = ("-handed_at", "-pk")
