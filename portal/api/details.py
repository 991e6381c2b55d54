"""Details of a customer: its addresses and their days, changes asked for and decided on, and the word that all of it is right."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.customers import addresses
from accounts.customers.models import Address, Customer
from accounts.people import access, keys
from accounts.people.routes import asks_again
from accounts.quality import changes, confirming
from accounts.quality.models import ChangeRequest, Confirmation
from portal import details_shown, places
from window.api.addresses import FIELDS, PlaceWantedSerializer
from window.api.views import Listing, View

FACTS = sorted({name for names in changes.FACTS.values() for name in names})


class KeptAddressSerializer(serializers.ModelSerializer):
    """An address for a purpose and its days; `until` is the first day on which it holds no more."""

    class Meta:
        model = Address
        fields = FIELDS
        read_only_fields = fields


class AddressWantedSerializer(PlaceWantedSerializer):
    """Where invoices, deliveries or visits shall go, and from which day until which; without an end, for good."""

    since = serializers.DateField(required=False, allow_null=True, default=None, help_text="Today when none is named.")
    until = serializers.DateField(required=False, allow_null=True, default=None)


class EndWantedSerializer(serializers.Serializer):
    """From which day on an address holds no more; today when none is named."""

    on = serializers.DateField(required=False, allow_null=True, default=None)


class ChangedValueSerializer(serializers.Serializer):
    """One value by the name people know it by, as the page shows it: before, and after."""

    label = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class DetailChangeSerializer(serializers.ModelSerializer):
    """A change asked for: what was there, what shall be, from when, and what became of it."""

    values = serializers.SerializerMethodField()

    customer = serializers.CharField(source="customer.number")
    asked_by = serializers.CharField(source="asked_by.email")
    decided_by = serializers.CharField(source="decided_by.email", default="")
    decide_by = serializers.SerializerMethodField(help_text="The day by which it is decided; null where nobody has to.")

    class Meta:
        model = ChangeRequest
        fields = (
            "id", "customer", "what", "values", "effective_on", "status", "note", "asked_by", "asked_at", "decided_by",
            "decided_at", "decide_by",
        )  # fmt: skip
        read_only_fields = fields

    def get_decide_by(self, change: ChangeRequest) -> date | None:
        known = self.context.setdefault("decision_days", {})
        if change.status == ChangeRequest.Status.WAITING and change.customer_id not in known:
            known |= changes.decision_days([change.customer_id], timezone.now().date())
        return changes.decide_by(change, known)

    @extend_schema(responses=ChangedValueSerializer(many=True))
    def get_values(self, change: ChangeRequest) -> list[dict[str, str]]:
        return details_shown.values(change)


class ChangeWantedSerializer(serializers.Serializer):
    """What shall change and how: facts by their names, `payer` or `parent` as the number of a customer of the same group."""

    what = serializers.ChoiceField(choices=[one for one in ChangeRequest.What.choices if one[0] != ChangeRequest.What.SENT_TO])
    wanted = serializers.DictField(child=serializers.CharField(max_length=254, allow_blank=True))
    effective_on = serializers.DateField(required=False, allow_null=True, default=None, help_text="Today when none is named.")

    def validate_wanted(self, wanted: dict[str, str]) -> dict[str, str]:
        """Refuse names that no change knows."""
        known = {*FACTS, "payer", "parent"}
        if unknown := sorted(set(wanted) - known):
            raise serializers.ValidationError(f"Unknown: {', '.join(unknown)[:200]}. Known: {', '.join(sorted(known))}.")
        return wanted


class ChangeDecidedSerializer(serializers.Serializer):
    """Yes or no to a change, with a word about it."""

    approve = serializers.BooleanField()
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class ConfirmationSerializer(serializers.ModelSerializer):
    """Somebody's word that the details are right."""

    confirmed_by = serializers.CharField(source="confirmed_by.email")

    class Meta:
        model = Confirmation
        fields = ("confirmed_by", "confirmed_at")
        read_only_fields = fields


@asks_again
class Addresses(Listing):
    access = access.SEE_CUSTOMER
    scope = keys.DETAILS
    serializer_class = KeptAddressSerializer
    queryset = Address.objects.none()
    ordering = ("-since", "-pk")

    @extend_schema(responses=KeptAddressSerializer(many=True))
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the addresses kept of a customer, those of days gone by too, the latest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Address]:
        return addresses.of_customer(places.node(self.request, self.kwargs["number"]))

    @extend_schema(request=AddressWantedSerializer, responses={201: DetailChangeSerializer})
    def post(self, request: Request, number: str) -> Response:
        """Let invoices, deliveries or visits go to an address on its days; what held before and after stays."""
        node = places.node(request, number, access.REQUEST_CHANGES)
        given = self.read(AddressWantedSerializer(data=request.data))
        since, until = given.pop("since"), given.pop("until")
        return _asked(request, node, "sent_to", since, **given, until=until.isoformat() if until else "")


@asks_again
class AddressEndings(View):
    access = access.REQUEST_CHANGES
    scope = keys.DETAILS
    serializer_class = DetailChangeSerializer

    @extend_schema(request=EndWantedSerializer, responses={201: DetailChangeSerializer})
    def post(self, request: Request, number: str, pk: int) -> Response:
        """Let an address hold no more from a day on."""
        node = places.node(request, number, access.REQUEST_CHANGES)
        on = self.read(EndWantedSerializer(data=request.data))["on"]
        return _asked(request, node, "sent_to", on, ends=str(pk))


@asks_again
class Changes(Listing):
    access = access.SEE_CUSTOMER
    scope = keys.DETAILS
    serializer_class = DetailChangeSerializer
    queryset = ChangeRequest.objects.none()
    ordering = ("-asked_at", "-pk")

    @extend_schema(responses=DetailChangeSerializer(many=True))
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the changes asked for of a customer, newest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[ChangeRequest]:
        asked = changes.of_customer(places.node(self.request, self.kwargs["number"])).select_related("customer")
        return details_shown.readable(asked, self.request.user)

    @extend_schema(request=ChangeWantedSerializer, responses={201: DetailChangeSerializer})
    def post(self, request: Request, number: str) -> Response:
        """Ask for a change; what needs nobody's approval is in effect at once or on its day."""
        node = places.node(request, number, access.REQUEST_CHANGES)
        given = self.read(ChangeWantedSerializer(data=request.data))
        return _asked(request, node, given["what"], given["effective_on"], **given["wanted"])


@asks_again
class ChangeDecisions(View):
    access = access.MANAGE_PEOPLE
    serializer_class = DetailChangeSerializer

    @extend_schema(request=ChangeDecidedSerializer, responses=DetailChangeSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Approve what somebody else asked for, or refuse it with a word."""
        asked = places.change_request(request, pk, access.MANAGE_PEOPLE)
        given = self.read(ChangeDecidedSerializer(data=request.data))
        said = {"actor": request.user, "request": asked, "at": timezone.now()}
        decided = changes.approve(**said) if given["approve"] else changes.refuse(reason=given["note"], **said)
        return Response(_told(request, decided))


class ChangeWithdrawals(View):
    access = access.REQUEST_CHANGES
    scope = keys.DETAILS
    serializer_class = DetailChangeSerializer

    @extend_schema(request=None, responses=DetailChangeSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Take a request back before it is in effect."""
        asked = places.change_request(request, pk, access.REQUEST_CHANGES)
        done = changes.withdraw(actor=request.user, request=asked, at=timezone.now())
        return Response(_told(request, done))


class Confirmations(View):
    access = access.REQUEST_CHANGES
    scope = keys.DETAILS
    serializer_class = ConfirmationSerializer

    @extend_schema(request=None, responses={201: ConfirmationSerializer})
    def post(self, request: Request, number: str) -> Response:
        """Say that the details are right; a second time on the same day changes nothing."""
        node = places.node(request, number, access.REQUEST_CHANGES)
        word = confirming.confirm(actor=request.user, customer=node, at=timezone.now())
        return Response(self.get_serializer(word).data, status=status.HTTP_201_CREATED)


def _asked(request: Request, node: Customer, what: str, on: date | None, **wanted: str) -> Response:
    said = {"actor": request.user, "customer": node, "what": what, "effective_on": on or places.today(node)}
    made = changes.ask(**said, at=timezone.now(), **wanted)
    return Response(_told(request, made), status=status.HTTP_201_CREATED)


def _told(request: Request, change: ChangeRequest) -> dict[str, Any]:
    """Return a change as whoever asks may read it."""
    rows = ChangeRequest.objects.filter(pk=change.pk).select_related("customer", "asked_by", "decided_by")
    told: dict[str, Any] = DetailChangeSerializer(details_shown.readable(rows, request.user).get()).data
    return told
