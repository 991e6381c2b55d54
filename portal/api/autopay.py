"""Automatic payment: how invoices pay themselves, setting it and ending it."""

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access, keys
from accounts.people.routes import asks_again
from billing.money import Money
from billing.payments import autopay, methods
from billing.payments.models import Autopay, PaymentMethod
from portal import places
from window.api.views import View


class AutopaySerializer(serializers.ModelSerializer):
    """The order by which invoices pay themselves; `customer` is who gave it."""

    customer = serializers.CharField(source="customer.number")
    words = serializers.SerializerMethodField()

    class Meta:
        model = Autopay
        fields = ("customer", "scope", "method", "day", "limit_minor", "currency", "set_at", "ended_at", "words")
        read_only_fields = fields

    def get_words(self, order: Autopay) -> str:
        return autopay.words(order)


class AutopayTermsSerializer(serializers.Serializer):
    """Whose invoices, with what, on which day, up to how much a month."""

    scope = serializers.ChoiceField(choices=PaymentMethod.Scope.choices, default=PaymentMethod.Scope.NODE)
    method = serializers.IntegerField(required=False, allow_null=True, default=None, help_text="Empty: the default on the day.")
    day = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=autopay.LAST_DAY_TO_CHOOSE,
        help_text="Empty: each invoice on its due day.",
    )  # fmt: skip
    limit = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=20, help_text='Per month, such as "500.00"; empty: no limit.'
    )


@asks_again
class AutomaticPayment(View):
    access = access.PAY
    scope = keys.PAY
    serializer_class = AutopaySerializer

    def get(self, request: Request, number: str) -> Response:
        """Return the order that pays a customer's invoices, its own or one from above; 404 where none does."""
        order = autopay.in_force_for(places.node(request, number, access.PAY))
        if order is None:
            raise Http404
        return Response(AutopaySerializer(order).data)

    @extend_schema(request=AutopayTermsSerializer, responses={201: AutopaySerializer})
    def post(self, request: Request, number: str) -> Response:
        """Have invoices paid by themselves from now on, or change how; the same terms again change nothing."""
        node = places.node(request, number, access.PAY)
        given = self.read(AutopayTermsSerializer(data=request.data))
        usable = {kept.pk: kept for kept in methods.usable_by(node, places.today(node))}
        if given["method"] is not None and given["method"] not in usable:
            raise Http404
        terms = autopay.Terms(
            scope=given["scope"], method=usable.get(given["method"]), day=given["day"],
            limit=Money.of(given["limit"], node.currency) if given["limit"] else None,
        )  # fmt: skip
        order = autopay.set_up(actor=request.user, customer=node, terms=terms, at=timezone.now())
        return Response(AutopaySerializer(order).data, status=status.HTTP_201_CREATED)


class AutomaticPaymentEnds(View):
    access = access.PAY
    scope = keys.PAY
    serializer_class = AutopaySerializer

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, number: str) -> Response:
        """Pay nothing more by itself; where nothing does, nothing changes."""
        node = places.node(request, number, access.PAY)
        if order := autopay.in_force_at(node):
            autopay.switch_off(actor=request.user, order=order, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
