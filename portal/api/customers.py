"""Customers, who may act for them, and what happened."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.customers.models import Customer
from accounts.people import access, invitations, keys
from accounts.people.models import ApiKey, Membership
from accounts.people.routes import SIGNED_IN, asks_again
from accounts.timeline import asking, reading
from accounts.timeline.models import Activity
from billing.ledger import balances
from portal import home_shown, places
from window.api import fields
from window.api.views import Listing, View

SPAN = OpenApiParameter(
    "span", type=str, enum=["node"], description='"node" for this customer alone; otherwise with all below it.'
)


class CustomerSerializer(serializers.ModelSerializer):
    """A customer: one node of a tree."""

    kind = serializers.CharField(source="kind_id")
    email = serializers.CharField(allow_blank=True)
    parent = serializers.SerializerMethodField(help_text="The number of the customer above; empty where it is out of reach.")

    class Meta:
        model = Customer
        fields = (
            "number", "ref", "name", "kind", "parent", "level", "legal_name", "country", "tax_id", "lei", "email", "phone",
            "street", "postcode", "city", "language", "currency", "timezone", "tier", "stage", "cost_centre",
        )  # fmt: skip
        read_only_fields = fields

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._seen: dict[int, str] | None = None

    @extend_schema_field(serializers.CharField(allow_blank=True))
    def get_parent(self, customer: Customer) -> str:
        """Look the parents of all rows up in one statement."""
        if self._seen is None:
            rows = self.parent.instance if isinstance(self.parent, serializers.ListSerializer) else [customer]
            reach = access.customers_within_reach(self.context["request"].user)
            self._seen = dict(reach.filter(pk__in={row.parent_id for row in rows}).values_list("pk", "number"))
        return self._seen.get(customer.parent_id, "")


class OneKeyAccountSerializer(serializers.Serializer):
    """Whether a customer is a key account, by which node, and who of us looks after it."""

    key = serializers.BooleanField()
    via = serializers.CharField(allow_blank=True, help_text="The ref of that node; empty where it is out of reach.")
    manager = serializers.CharField(allow_blank=True, help_text="Empty when it is none.")


class OneCustomerSerializer(CustomerSerializer):
    """A customer with what it is to us."""

    key_account = serializers.SerializerMethodField()

    class Meta(CustomerSerializer.Meta):
        fields = (*CustomerSerializer.Meta.fields, "key_account")
        read_only_fields = fields

    @extend_schema_field(OneKeyAccountSerializer)
    def get_key_account(self, customer: Customer) -> dict[str, Any]:
        """Tell the manager, and the node as far as the reader may see it."""
        held = home_shown.key_account(self.context["request"].user, customer)
        if held is None:
            return {"key": False, "via": "", "manager": ""}
        return {"key": True, "via": held["via"].ref if held["via"] else "", "manager": str(held["manager"])}


class BalanceSerializer(serializers.Serializer):
    """What is owed, net of credit, an amount a currency; and the credit held."""

    owed = fields.AmountShape(many=True)
    owed_with_all_below = fields.AmountShape(many=True)
    credit = fields.AmountShape(many=True)


class ActivitySerializer(serializers.ModelSerializer):
    """One thing that happened."""

    customer = serializers.CharField(source="customer.number")
    actor = serializers.SerializerMethodField(help_text='Who did it; "Accord" where nobody did.')
    sentence = serializers.SerializerMethodField()

    class Meta:
        model = Activity
        fields = ("id", "customer", "kind", "at", "actor", "sentence", "about_kind", "about_ref", "facts")
        read_only_fields = fields

    def get_actor(self, activity: Activity) -> str:
        return str(activity.actor or "Accord")

    def get_sentence(self, activity: Activity) -> str:
        return reading.describe(activity)


class MonthSerializer(serializers.Serializer):
    """How much happened in a month."""

    month = serializers.CharField(help_text="Such as 2026-11.")
    activities = serializers.IntegerField()


class MembershipSerializer(serializers.ModelSerializer):
    """Who may act for a customer, as what."""

    email = serializers.CharField(source="user.email", read_only=True)
    name = serializers.CharField(source="user.name", read_only=True)
    customer = serializers.CharField(source="customer.number", read_only=True)

    class Meta:
        model = Membership
        fields = ("id", "email", "name", "customer", "role", "scope", "effect", "since", "until")
        read_only_fields = fields


class InvitationSerializer(serializers.Serializer):
    """Whom to invite, as what, how far down."""

    email = serializers.EmailField(max_length=254)
    name = serializers.CharField(max_length=150, required=False, default="", allow_blank=True)
    role = serializers.ChoiceField(choices=Membership.Role.choices)
    scope = serializers.ChoiceField(choices=Membership.Scope.choices, default=Membership.Scope.SUBTREE)


class KeySerializer(serializers.ModelSerializer):
    """A program's key; its secret is told once, when it is made."""

    made_by = serializers.CharField(source="made_by.email", default="", read_only=True)

    class Meta:
        model = ApiKey
        fields = ("id", "name", "scopes", "opening", "made_by", "made_at", "expires_at", "used_at")
        read_only_fields = fields


class NewKeySerializer(serializers.Serializer):
    """What a key is to be called and what it may do."""

    name = serializers.CharField(max_length=80)
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=keys.SCOPES), min_length=1, max_length=len(keys.SCOPES))
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class MadeKeySerializer(KeySerializer):
    """A key just made, with its secret."""

    secret = serializers.CharField(read_only=True, help_text="Shown this once; keep it safe.")

    class Meta(KeySerializer.Meta):
        fields = (*KeySerializer.Meta.fields, "secret")
        read_only_fields = fields


class WhoSerializer(serializers.Serializer):
    """Who asks, and where they stand."""

    name = serializers.CharField()
    email = serializers.CharField()
    staff_level = serializers.CharField(allow_blank=True)
    scopes = serializers.ListField(child=serializers.CharField(), help_text="Of a key; empty for a person.")
    memberships = MembershipSerializer(many=True)


class Me(View):
    access = SIGNED_IN
    serializer_class = WhoSerializer

    def get(self, request: Request) -> Response:
        """Say who asks, as what, and where they stand."""
        held = Membership.objects.in_force().filter(user=request.user).select_related("user", "customer").order_by("pk")
        scopes = request.auth.scopes if isinstance(request.auth, ApiKey) else []
        who = {"name": str(request.user), "email": request.user.email, "staff_level": access.level_of(request.user)}
        return Response(WhoSerializer(who | {"scopes": scopes, "memberships": held}).data)


class Customers(Listing):
    access = access.SEE_CUSTOMER
    serializer_class = CustomerSerializer
    queryset = Customer.objects.none()
    ordering = ("pk",)

    @extend_schema(
        parameters=[
            OpenApiParameter("below", type=str, description="The number of a customer: it and all below it."),
            OpenApiParameter("q", type=str, description="Words of the name, or a number."),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the customers within reach."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Customer]:
        found = access.customers_within_reach(self.request.user).current()
        if below := self.request.GET.get("below"):
            found = found.below(places.node(self.request, below))
        if words := self.request.GET.get("q", "").strip()[:100]:
            found = found.filter(name__icontains=words) | found.filter(number__iexact=words)
        return found


class OneCustomer(View):
    access = access.SEE_CUSTOMER
    serializer_class = OneCustomerSerializer

    def get(self, request: Request, number: str) -> Response:
        """Return one customer."""
        return Response(self.get_serializer(places.node(request, number)).data)


class Balance(View):
    access = access.SEE_MONEY
    serializer_class = BalanceSerializer

    def get(self, request: Request, number: str) -> Response:
        """Say what a customer owes, alone and with all below it."""
        node = places.node(request, number, access.SEE_MONEY)
        within = access.customers_within_reach(request.user, access.SEE_MONEY).below(node)
        told = {
            "owed": fields.all_told(balances.owed_by(node)),
            "owed_with_all_below": fields.all_told(balances.owed_by_all(within)),
            "credit": fields.all_told(balances.credit_of(node)),
        }
        return Response(told)


OF_TOPIC = OpenApiParameter("topic", type=str, enum=sorted(asking.TOPICS), description="Only what belongs to this topic.")


class Activities(Listing):
    access = access.SEE_CUSTOMER
    serializer_class = ActivitySerializer
    queryset = Activity.objects.none()
    ordering = ("-at", "-pk")

    @extend_schema(
        parameters=[
            SPAN,
            OpenApiParameter("kind", type=str, many=True, description='Only these, e.g. "billing.invoice_issued".'),
            OF_TOPIC,
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List what happened to a customer and all below it, newest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Activity]:
        node = places.node(self.request, self.kwargs["number"])
        customers = places.span(self.request, node, access.SEE_CUSTOMER).customers
        found = reading.visible_to(self.request.user).filter(customer__in=customers).select_related("customer", "actor")
        kinds, topic = self.request.GET.getlist("kind"), self.request.GET.get("topic", "")
        found = found.filter(asking.of_topic(topic)) if topic in asking.TOPICS else found
        return found.filter(kind__in=kinds) if kinds else found


class ActivityCounts(View):
    access = access.SEE_CUSTOMER
    serializer_class = MonthSerializer

    @extend_schema(
        parameters=[SPAN, OF_TOPIC],
        responses=MonthSerializer(many=True),
    )
    def get(self, request: Request, number: str) -> Response:
        """Say how much happened to a customer and all below it in each month (UTC), newest first: the counts of the list."""
        node, topic = places.node(request, number), request.GET.get("topic", "")
        wanted = asking.Wanted(topic=topic if topic in asking.TOPICS else "", subtree=request.GET.get("span") != "node")
        counted = asking.by_month(node, wanted, viewer=request.user)
        rows = [{"month": f"{month:%Y-%m}", "activities": activities} for month, activities in counted]
        return Response(self.get_serializer(rows, many=True).data)


@asks_again
class Members(Listing):
    access = access.SEE_CUSTOMER
    scope = keys.PEOPLE
    serializer_class = MembershipSerializer
    queryset = Membership.objects.none()
    ordering = ("pk",)

    def get_queryset(self) -> QuerySet[Membership]:
        node = places.node(self.request, self.kwargs["number"])
        return Membership.objects.in_force().filter(customer=node).select_related("user", "customer")

    @extend_schema(request=InvitationSerializer, responses={201: MembershipSerializer})
    def post(self, request: Request, number: str) -> Response:
        """Invite a person; who holds the role already stays as they are."""
        node = places.node(request, number, access.MANAGE_PEOPLE)
        given = self.read(InvitationSerializer(data=request.data))
        held = invitations.invite(actor=request.user, customer=node, at=timezone.now(), **given)
        return Response(MembershipSerializer(held).data, status=status.HTTP_201_CREATED)


@asks_again
class Revocations(View):
    access = access.MANAGE_PEOPLE
    scope = keys.PEOPLE
    serializer_class = MembershipSerializer

    @extend_schema(request=None, responses=MembershipSerializer)
    def post(self, request: Request, number: str, pk: int) -> Response:
        """End a membership today, or lift a denial; doing it again changes nothing."""
        places.node(request, number, access.MANAGE_PEOPLE)
        ended = invitations.revoke(actor=request.user, membership=places.membership(request, pk), at=timezone.now())
        return Response(MembershipSerializer(ended).data)


@asks_again
class Keys(Listing):
    access = access.MANAGE_PEOPLE
    scope = keys.PEOPLE
    serializer_class = KeySerializer
    queryset = ApiKey.objects.none()
    ordering = ("-made_at", "-pk")

    def get_queryset(self) -> QuerySet[ApiKey]:
        return keys.in_force(places.node(self.request, self.kwargs["number"], access.MANAGE_PEOPLE), timezone.now())

    @extend_schema(request=NewKeySerializer, responses={201: MadeKeySerializer})
    def post(self, request: Request, number: str) -> Response:
        """Make a key for a program."""
        node = places.node(request, number, access.MANAGE_PEOPLE)
        given = self.read(NewKeySerializer(data=request.data))
        key, secret = keys.make(actor=request.user, customer=node, at=timezone.now(), **given)
        key.secret = secret
        return Response(MadeKeySerializer(key).data, status=status.HTTP_201_CREATED)


@asks_again
class KeyAdoptions(View):
    access = access.MANAGE_PEOPLE
    serializer_class = KeySerializer

    @extend_schema(request=None, responses=KeySerializer)
    def post(self, request: Request, number: str, pk: int) -> Response:
        """Answer for a key whose maker manages people there no more, so that it works again; otherwise nothing changes."""
        node = places.node(request, number, access.MANAGE_PEOPLE)
        adopted = keys.adopt(actor=request.user, key=places.api_key(node, pk), at=timezone.now())
        return Response(KeySerializer(adopted).data)


@asks_again
class KeyRevocations(View):
    access = access.MANAGE_PEOPLE
    scope = keys.PEOPLE
    serializer_class = KeySerializer

    @extend_schema(request=None, responses=KeySerializer)
    def post(self, request: Request, number: str, pk: int) -> Response:
        """End a key at once; doing it again changes nothing."""
        node = places.node(request, number, access.MANAGE_PEOPLE)
        revoked = keys.revoke(actor=request.user, key=places.api_key(node, pk), at=timezone.now())
        return Response(KeySerializer(revoked).data)
