"""What Stripe told us, to look at: what could not be applied stands with its problem."""

from django.contrib import admin

from backoffice.admin.base import LookingAdmin
from billing.payments.stripe.models import StripeEvent


@admin.register(StripeEvent)
class StripeEventAdmin(LookingAdmin):
    """News from Stripe."""

    list_display = ("event_id", "kind", "about", "received_at", "applied_at", "tries", "problem")
    list_filter = ("kind",)
    search_fields = ("event_id", "about")
    fields = ("event_id", "kind", "about", "received_at", "applied_at", "tries", "problem")
    show_full_result_count = False
