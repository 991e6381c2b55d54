"""Contracts, their subscriptions, and changing them: a quote first, then the change at exactly that price; and usage."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access, keys
from billing.amendments import applying, quoting
from billing.amendments.models import Quote
from billing.contracts.models import Contract, Subscription
from billing.reports import quote_pdf
from billing.usage import recording
from portal import contracts_shown, places, quotes_shown, usage_shown
from portal.api.customers import SPAN
from window.api import fields
from window.api.views import Listing, View

MOST_MEASUREMENTS = 5_000
CHANGES = [(what.value, what.label) for what in quoting.OFFERED]


class StepSerializer(serializers.Serializer):
    """A step between an order and a service that works."""

    name = serializers.CharField()
    due_on = serializers.DateField()
    done_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField(allow_blank=True)


class ProgressSerializer(serializers.Serializer):
    """How far an order is."""

    done = serializers.IntegerField()
    count = serializers.IntegerField()
    steps = StepSerializer(source="tasks", many=True)


class StandingSerializer(serializers.Serializer):
    """How a subscription stands today."""

    ref = serializers.CharField(source="subscription.ref")
    customer = serializers.CharField(source="subscription.customer.number")
    product = serializers.CharField(source="subscription.product.code")
    plan = serializers.CharField(source="state.plan.code")
    plan_version = serializers.IntegerField(source="state.plan_version.number")
    quantity = serializers.IntegerField(source="state.quantity")
    status = serializers.CharField(source="state.status", help_text="future, active, paused or cancelled")
    price = serializers.SerializerMethodField(help_text="One full cycle, net.")
    on_trial = serializers.BooleanField(source="state.on_trial")
    cycle_start = serializers.DateField(source="state.cycle.since", default=None, allow_null=True)
    cycle_end = serializers.DateField(source="state.cycle.until", default=None, allow_null=True, help_text="First day after it.")
    ends_on = serializers.DateField(source="state.ends_on", allow_null=True)
    provisioning = ProgressSerializer(
        source="progress", allow_null=True, default=None, help_text="None when nothing was to be done."
    )

    @extend_schema(responses=fields.AmountShape)
    def get_price(self, shown: contracts_shown.SubscriptionShown) -> dict[str, str]:
        return fields.told(shown.state.per_period)


class ContractSerializer(serializers.Serializer):
    """A contract with its subscriptions as they stand today."""

    ref = serializers.CharField(source="contract.ref")
    customer = serializers.CharField(source="contract.customer.number")
    currency = serializers.CharField(source="contract.currency")
    timezone = serializers.CharField(source="contract.timezone")
    signed_on = serializers.DateField(source="contract.signed_on")
    term_months = serializers.IntegerField(source="contract.term_months")
    notice_days = serializers.IntegerField(source="contract.notice_days")
    payment_term_days = serializers.IntegerField(source="contract.payment_term_days")
    po_number = serializers.CharField(source="contract.po_number", allow_blank=True)
    subscriptions = StandingSerializer(many=True)


class ScheduledSerializer(serializers.Serializer):
    """A change still to come."""

    id = serializers.IntegerField(source="event.pk")
    change = serializers.CharField(source="words")
    on = serializers.DateField()
    may_undo = serializers.BooleanField()


class ChangeSerializer(serializers.Serializer):
    """What is to change, and from when: "now", "next_period", or a day."""

    what = serializers.ChoiceField(choices=CHANGES)
    plan = serializers.CharField(max_length=40, required=False, allow_null=True, default=None)
    quantity = serializers.IntegerField(min_value=1, max_value=1_000_000, required=False, allow_null=True, default=None)
    effective = serializers.CharField(
        max_length=12, default=quoting.NOW, help_text="now, next_period, a day (2026-03-01), or for an end end_of_term"
    )
    reason = serializers.ChoiceField(choices=quoting.REASONS, required=False, allow_blank=True, default="")
    words = serializers.CharField(max_length=1_000, required=False, allow_blank=True, default="")

    def validate_effective(self, given: str) -> Any:
        if given in quoting.MOMENTS:
            return given
        return serializers.DateField().run_validation(given)

    @property
    def change(self) -> quoting.Change:
        """The change in the words of the domain."""
        given = self.validated_data
        why = given["reason"], given["words"]
        return quoting.Change(given["what"], given["plan"], given["quantity"], given["effective"], *why)


class QuotedLineSerializer(serializers.Serializer):
    """One line as it will stand on the invoice."""

    kind = serializers.CharField()
    description = serializers.CharField()
    since = serializers.DateField(allow_null=True)
    until = serializers.DateField(allow_null=True)
    amount_minor = serializers.IntegerField()
    tax_minor = serializers.IntegerField()
    why = serializers.CharField()


class OutcomeSerializer(serializers.Serializer):
    """What a change costs; amounts in minor units of `currency`."""

    currency = serializers.CharField()
    effective_on = serializers.DateField()
    lines = QuotedLineSerializer(many=True)
    today_minor = serializers.IntegerField(help_text="Net, today.")
    tax_minor = serializers.IntegerField()
    total_minor = serializers.IntegerField()
    per_period_before_minor = serializers.IntegerField()
    per_period_after_minor = serializers.IntegerField()
    next_invoice_on = serializers.DateField(allow_null=True)
    next_invoice_total_minor = serializers.IntegerField()
    next_invoice_reduced = serializers.BooleanField(
        default=False, help_text="Whether a discount or coupon takes something off the next invoice."
    )


class QuoteSerializer(serializers.ModelSerializer):
    """The price of a change, good until `expires_at`."""

    contract = serializers.CharField(source="contract.ref")
    customer = serializers.CharField(source="customer.number")
    subscription = serializers.CharField(
        source="subscription.ref", default=None, allow_null=True, help_text="Of an order, once it is applied."
    )
    outcome = OutcomeSerializer()
    document = serializers.CharField(source="document.ref", default=None, allow_null=True, help_text="What was issued for it.")

    class Meta:
        model = Quote
        fields = (
            "token",
            "contract",
            "customer",
            "subscription",
            "status",
            "effective_on",
            "quoted_at",
            "expires_at",
            "outcome",
            "document",
        )
        read_only_fields = fields


class MeasurementSerializer(serializers.Serializer):
    """What was used. `key` is your own id of the event: sent again, it is counted once."""

    subscription = serializers.CharField(max_length=40)
    metric = serializers.CharField(max_length=40)
    key = serializers.CharField(max_length=80)
    used_at = serializers.DateTimeField()
    units = serializers.DecimalField(max_digits=24, decimal_places=10, min_value=0, required=False, default=0)
    amount = serializers.DecimalField(
        max_digits=24, decimal_places=10, min_value=0, required=False, allow_null=True, default=None
    )
    events = serializers.IntegerField(min_value=1, max_value=2**31 - 1, default=1)
    item = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")


class UsageSerializer(serializers.Serializer):
    """Many measurements at once: all of them are kept, or none."""

    measurements = MeasurementSerializer(many=True, allow_empty=False)

    def validate_measurements(self, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len(given) > MOST_MEASUREMENTS:
            raise ValidationError(f"At most {MOST_MEASUREMENTS} at once.")
        return given


class RecordedSerializer(serializers.Serializer):
    """How many were new, and how many were known."""

    added = serializers.IntegerField()
    known = serializers.IntegerField()


class Contracts(Listing):
    access = access.SEE_MONEY
    serializer_class = ContractSerializer
    queryset = Contract.objects.none()
    ordering = ("-signed_on", "-pk")

    @extend_schema(parameters=[SPAN])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the contracts of a customer and all below it, with how each subscription stands."""
        self.node = places.node(request, kwargs["number"], access.SEE_MONEY)
        page = self.paginate_queryset(self._of_node(request))
        shown = contracts_shown.contracts(page, rights=places.rights(request), on=places.today(self.node))
        return self.get_paginated_response(self.get_serializer(shown, many=True).data)

    def _of_node(self, request: Request) -> QuerySet[Contract]:
        customers = places.span(request, self.node).customers
        used = Subscription.objects.filter(customer__in=customers).select_related("product", "customer").order_by("ref")
        return places.contracts_within(customers).prefetch_related(Prefetch("subscriptions", used))


class OneContract(View):
    access = access.SEE_MONEY
    serializer_class = ContractSerializer

    def get(self, request: Request, ref: str) -> Response:
        """Return one contract."""
        found = places.contract(request, ref)
        shown = contracts_shown.contracts([found], rights=places.rights(request), on=places.today_under(found))
        return Response(self.get_serializer(shown[0]).data)


class Scheduled(View):
    access = access.SEE_MONEY
    serializer_class = ScheduledSerializer

    @extend_schema(responses=ScheduledSerializer(many=True))
    def get(self, request: Request, ref: str) -> Response:
        """List the changes of a contract that are still to come, soonest first."""
        found = places.contract(request, ref)
        today = places.today_under(found)
        shown = contracts_shown.contracts([found], rights=places.rights(request), on=today)[0]
        return Response(self.get_serializer(contracts_shown.scheduled(shown, today=today), many=True).data)


class Undos(View):
    access = access.CHANGE_CONTRACT
    scope = keys.CONTRACTS

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, pk: int) -> Response:
        """Take back a change that is still to come."""
        event = places.event(request, pk)
        today = places.today_under(event.subscription.contract)
        applying.undo_scheduled(actor=request.user, event=event, at=timezone.now(), today=today)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Quotes(View):
    access = access.CHANGE_CONTRACT
    scope = keys.CONTRACTS
    serializer_class = QuoteSerializer

    @extend_schema(request=ChangeSerializer, responses={201: QuoteSerializer})
    def post(self, request: Request, ref: str) -> Response:
        """Work out what a change costs; nothing is changed or billed."""
        subscription, asked = places.subscription(request, ref), ChangeSerializer(data=request.data)
        self.read(asked)
        today = places.today_under(subscription.contract)
        quote = quoting.quote(actor=request.user, subscription=subscription, change=asked.change, at=timezone.now(), today=today)
        return Response(self.get_serializer(quote).data, status=status.HTTP_201_CREATED)


class OneQuote(View):
    access = access.CHANGE_CONTRACT
    serializer_class = QuoteSerializer

    def get(self, request: Request, token: UUID) -> Response:
        """Return a quote."""
        return Response(self.get_serializer(places.quote(request, token)).data)


class Applications(View):
    access = access.CHANGE_CONTRACT
    scope = keys.CONTRACTS
    serializer_class = QuoteSerializer

    @extend_schema(request=None, responses=QuoteSerializer)
    def post(self, request: Request, token: UUID) -> Response:
        """Make the quoted change at exactly the quoted price, or refuse; doing it again returns the first result."""
        today = places.today_under(places.quote(request, token).contract)
        applied = applying.apply(actor=request.user, token=token, at=timezone.now(), today=today)
        return Response(self.get_serializer(applied).data)


class MeteredSerializer(serializers.Serializer):
    """What was used of a metered charge in one cycle; `cost` is net, so far."""

    subscription = serializers.CharField()
    charge = serializers.CharField(source="cycle.name")
    metric = serializers.CharField(source="cycle.metered.metric")
    cycle_start = serializers.DateField(source="cycle.metered.since")
    cycle_end = serializers.DateField(source="cycle.metered.until", help_text="First day after it.")
    running = serializers.BooleanField(source="cycle.is_running")
    used = serializers.DecimalField(source="cycle.metered.used", max_digits=34, decimal_places=10)
    included = serializers.DecimalField(source="cycle.metered.included", max_digits=34, decimal_places=10, allow_null=True)
    measurements = serializers.IntegerField(source="cycle.metered.records")
    cost = serializers.SerializerMethodField()

    @extend_schema(responses=fields.AmountShape)
    def get_cost(self, row: dict[str, Any]) -> dict[str, str]:
        return fields.told(row["cycle"].metered.price)


class MeteredUsage(View):
    access = access.SEE_MONEY
    serializer_class = MeteredSerializer

    @extend_schema(responses=MeteredSerializer(many=True))
    def get(self, request: Request, ref: str) -> Response:
        """Say what was used of a subscription's metered charges, cycle by cycle, and what it costs so far."""
        subscription = places.subscription_to_see(request, ref)
        [used] = usage_shown.of([subscription], today=places.today(subscription.customer))
        rows = [{"subscription": subscription.ref, "cycle": cycle} for cycle in used.cycles]
        return Response(self.get_serializer(rows, many=True).data)


class QuotePdf(View):
    access = access.CHANGE_CONTRACT

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, token: UUID) -> HttpResponse:
        """Hand over a quote as PDF."""
        quote = places.quote(request, token)
        content = quote_pdf.pdf_of(quote, quotes_shown.in_words(quote), request.LANGUAGE_CODE[:2], at=timezone.now())
        return HttpResponse(content, content_type="application/pdf")


class Usage(View):
    access = access.CHANGE_CONTRACT
    scope = keys.USAGE
    serializer_class = RecordedSerializer

    @extend_schema(request=UsageSerializer, responses=RecordedSerializer)
    def post(self, request: Request, number: str) -> Response:
        """Keep measurements of subscriptions of a customer and all below it; each is known by its own key.

        Sent again in the same words it counts once; a key that says something else than before is a conflict.
        """
        node = places.node(request, number, access.CHANGE_CONTRACT)
        given = self.read(UsageSerializer(data=request.data))["measurements"]
        places.subscriptions_below(request, node, {one["subscription"] for one in given})
        try:
            kept = recording.record([recording.Measurement(**one) for one in given], at=timezone.now())
        except recording.KeySaysOtherwise:
            self.refused_as = status.HTTP_409_CONFLICT
            raise
        return Response(self.get_serializer(kept).data)
