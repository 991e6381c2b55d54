"""What we suggest to a customer, and the answers."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access, keys
from portal import offers_shown, places
from portal.api.contracts import QuoteSerializer
from support.offers import answering
from support.offers.models import Offer
from window.api.views import View


class SuggestionSerializer(serializers.Serializer):
    """An offer that fits, with its reason; `suggested_by` says who of us recommends it."""

    code = serializers.CharField(source="fit.offer.code")
    name = serializers.CharField(source="fit.offer.name")
    plan = serializers.CharField(source="fit.offer.plan.code")
    contract = serializers.CharField(source="fit.contract.ref")
    replaces = serializers.CharField(source="fit.replaces.ref", default=None, allow_null=True)
    because = serializers.CharField(source="fit.because")
    price = serializers.CharField()
    suggested_by = serializers.CharField(source="fit.recommendation.by.email", default=None, allow_null=True)


class Suggestions(View):
    access = access.CHANGE_CONTRACT
    serializer_class = SuggestionSerializer

    @extend_schema(responses=SuggestionSerializer(many=True))
    def get(self, request: Request, number: str) -> Response:
        """List at most two offers; none while something is wrong."""
        node = places.node(request, number, access.CHANGE_CONTRACT)
        return Response(self.get_serializer(offers_shown.shown(node, request.user), many=True).data)


class OfferAcceptances(View):
    access = access.CHANGE_CONTRACT
    scope = keys.CONTRACTS
    serializer_class = QuoteSerializer

    @extend_schema(request=None, responses={201: QuoteSerializer})
    def post(self, request: Request, number: str, code: str) -> Response:
        """Take an offer: returns the quote; apply it to order. Repeated while that is good, it returns the same."""
        node, offer = places.node(request, number, access.CHANGE_CONTRACT), get_object_or_404(Offer, code=code)
        given = answering.accept(actor=request.user, customer=node, offer=offer, at=timezone.now(), today=places.today(node))
        return Response(self.get_serializer(given.quote).data, status=status.HTTP_201_CREATED)


class OfferRefusals(View):
    access = access.CHANGE_CONTRACT
    scope = keys.CONTRACTS

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, number: str, code: str) -> Response:
        """Say no to an offer: it rests for a good while. Said again, it is kept once."""
        node, offer = places.node(request, number, access.CHANGE_CONTRACT), get_object_or_404(Offer, code=code)
        answering.decline(actor=request.user, customer=node, offer=offer, at=timezone.now(), today=places.today(node))
        return Response(status=status.HTTP_204_NO_CONTENT)
