"""Details of a customer: asking for changes, deciding on what others asked for, and the addresses kept for a purpose."""

from typing import Any, Final

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.customers import addresses
from accounts.customers.models import Address
from accounts.people import access, keys
from accounts.people.routes import asks_again
from accounts.quality import changes
from accounts.quality.models import ChangeRequest
from portal import places
from window.api.views import Listing, View

What = ChangeRequest.What
FACTS_OF: Final[dict[str, tuple[str, ...]]] = changes.FACTS | {
    What.PAYER: ("payer",),
    What.POSITION: ("parent",),
    What.SENT_TO: ("purpose", "attention", *addresses.PLACE, "until", "ends"),
}
MOST: Final = 2**63 - 1


class DetailChangeSerializer(serializers.ModelSerializer):
    """A change of details: what stood there, what shall stand there and from when, and what became of it."""

    customer = serializers.CharField(source="customer.number")
    asked_by = serializers.CharField(source="asked_by.email")
    before = serializers.DictField(child=serializers.CharField(allow_blank=True, allow_null=True))
    after = serializers.DictField(child=serializers.CharField(allow_blank=True, allow_null=True))

    class Meta:
        model = ChangeRequest
        fields = (
            "id", "customer", "what", "before", "after", "effective_on", "status", "asked_by", "asked_at", "decided_at", "note",
        )  # fmt: skip
        read_only_fields = fields


class AskedDetailChangeSerializer(serializers.Serializer):
    """What shall change, from which day on, with the facts of that kind; facts that are not sent stay as they are.

    address: street, postcode, city, country, phone, email. legal_name, tax_id: the same name. payer, position: the number of who
    pays, of the customer above (parent). sent_to: purpose, attention, street, postcode, city, country, until; or ends, an id.
    """

    what = serializers.ChoiceField(choices=ChangeRequest.What.choices)
    effective_on = serializers.DateField(required=False, help_text="Without one, today.")
    street = serializers.CharField(max_length=200, required=False, allow_blank=True)
    postcode = serializers.CharField(max_length=20, required=False, allow_blank=True)
    city = serializers.CharField(max_length=120, required=False, allow_blank=True)
    country = serializers.CharField(max_length=2, required=False, allow_blank=True, help_text="Two letters, such as DE.")
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    email = serializers.CharField(max_length=254, required=False, allow_blank=True)
    legal_name = serializers.CharField(max_length=250, required=False)
    tax_id = serializers.CharField(max_length=20, required=False)
    payer = serializers.CharField(max_length=20, required=False)
    parent = serializers.CharField(max_length=20, required=False)
    purpose = serializers.ChoiceField(choices=Address.Purpose.choices, required=False)
    attention = serializers.CharField(max_length=120, required=False, allow_blank=True)
    until = serializers.DateField(required=False)
    ends = serializers.IntegerField(required=False, min_value=1, max_value=MOST)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Keep the facts of the kind asked for, as texts; without one of them nothing is asked."""
        names = FACTS_OF[given["what"]]
        wanted = {name: str(given[name]) for name in names if name in given}
        if not wanted:
            raise serializers.ValidationError({names[0]: [_("Say what shall stand there.")]})
        return {"what": given["what"], "effective_on": given.get("effective_on"), "wanted": wanted}


class DetailDecisionSerializer(serializers.Serializer):
    """Yes, or no with a word about it."""

    approve = serializers.BooleanField()
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class KeptAddressSerializer(serializers.ModelSerializer):
    """Where invoices, deliveries or visits go, for its days; without one, the customer's own address holds."""

    class Meta:
        model = Address
        fields = ("id", "purpose", "attention", "street", "postcode", "city", "country", "since", "until")
        read_only_fields = fields


@asks_again
class ChangeRequests(Listing):
    access = access.SEE_CUSTOMER
    scope = keys.CONTRACTS
    serializer_class = DetailChangeSerializer
    queryset = ChangeRequest.objects.none()
    ordering = ("-asked_at", "-pk")

    def get_queryset(self) -> QuerySet[ChangeRequest]:
        return changes.of_customer(places.node(self.request, self.kwargs["number"]))

    @extend_schema(request=AskedDetailChangeSerializer, responses={201: DetailChangeSerializer})
    def post(self, request: Request, number: str) -> Response:
        """Ask for details to change; what needs a second person waits for an administrator, the rest holds from its day on."""
        node = places.node(request, number, access.REQUEST_CHANGES)
        given = self.read(AskedDetailChangeSerializer(data=request.data))
        day = given["effective_on"] or places.today(node)
        asked = {"actor": request.user, "customer": node, "what": given["what"], "effective_on": day, "at": timezone.now()}
        made = changes.ask(**asked, **given["wanted"])
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)


@asks_again
class ChangeDecisions(View):
    access = access.MANAGE_PEOPLE
    scope = keys.PEOPLE
    serializer_class = DetailChangeSerializer

    @extend_schema(request=DetailDecisionSerializer, responses=DetailChangeSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Approve or refuse a change somebody else asked for; the same answer again changes nothing."""
        if access.level_of(request.user):
            raise Http404  # the customer's own people decide
        asked = places.change_request(request, pk, access.MANAGE_PEOPLE)
        given = self.read(DetailDecisionSerializer(data=request.data))
        facts = {"actor": request.user, "request": asked, "at": timezone.now()}
        decided = changes.approve(**facts) if given["approve"] else changes.refuse(**facts, reason=given["note"])
        return Response(self.get_serializer(decided).data)


class ChangeWithdrawals(View):
    access = access.REQUEST_CHANGES
    scope = keys.CONTRACTS
    serializer_class = DetailChangeSerializer

    @extend_schema(request=None, responses=DetailChangeSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Take a request back before its day."""
        asked = places.change_request(request, pk, access.REQUEST_CHANGES)
        return Response(self.get_serializer(changes.withdraw(actor=request.user, request=asked, at=timezone.now())).data)


class Addresses(View):
    access = access.SEE_CUSTOMER
    serializer_class = KeptAddressSerializer

    @extend_schema(responses=KeptAddressSerializer(many=True))
    def get(self, request: Request, number: str) -> Response:
        """List the addresses kept for a purpose, those to come and those that were included."""
        return Response(self.get_serializer(addresses.of_customer(places.node(request, number)), many=True).data)
