"""The terms of a contract: the versions so far, what other terms would change, and agreeing on them."""

from dataclasses import replace
from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access, keys
from billing.amendments import new_terms
from billing.contracts import terms
from billing.contracts.models import Contract, ContractTerms
from billing.contracts.terms import Terms
from portal import places
from window.api import fields
from window.api.views import View


class TermsVersionSerializer(serializers.ModelSerializer):
    """One version of the terms, and who signed it."""

    class Meta:
        model = ContractTerms
        fields = (
            "number", "term_months", "notice_days", "payment_term_days", "renews", "po_required", "po_number", "agreed_on",
            "agreed_at", "signed_name",
        )  # fmt: skip
        read_only_fields = fields


class TermsSerializer(serializers.Serializer):
    """The terms in force, the lengths one may choose, and the versions, newest first."""

    term_months = serializers.IntegerField()
    notice_days = serializers.IntegerField()
    payment_term_days = serializers.IntegerField()
    renews = serializers.BooleanField()
    po_required = serializers.BooleanField()
    po_number = serializers.CharField(allow_blank=True)
    lengths_offered = serializers.ListField(child=serializers.IntegerField())
    versions = TermsVersionSerializer(many=True)


class WantedTermsSerializer(serializers.Serializer):
    """The terms that are wanted; what is left out stays as it is."""

    term_months = serializers.IntegerField(required=False, min_value=0, max_value=600)
    renews = serializers.BooleanField(required=False)
    po_required = serializers.BooleanField(required=False)
    po_number = serializers.CharField(required=False, allow_blank=True, max_length=40)


class SignedTermsSerializer(WantedTermsSerializer):
    """The terms compared before, with a name as a signature."""

    signed_name = serializers.CharField(max_length=120)


class DifferenceSerializer(serializers.Serializer):
    """A term that differs."""

    name = serializers.CharField()
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)


class ComparisonSerializer(serializers.Serializer):
    """What other terms would change: each difference, until when one is bound, and what is committed until then, net.

    `bonus` is what is credited once for a longer term; what it counts costs no less before `bound_after`.
    """

    differences = DifferenceSerializer(many=True)
    bound_before = serializers.DateField()
    bound_after = serializers.DateField()
    monthly = fields.AmountShape()
    committed_before = fields.AmountShape()
    committed_after = fields.AmountShape()
    bonus = fields.AmountShape()


class ContractTermsView(View):
    access = access.SEE_MONEY
    serializer_class = TermsSerializer

    def get(self, request: Request, ref: str) -> Response:
        """Return the terms of a contract with all their versions."""
        agreed = places.contract(request, ref)
        told = {name: getattr(Terms.of(agreed), name) for name in WANTED + FIXED}
        told["lengths_offered"] = new_terms.lengths_offered(agreed, places.today_under(agreed))
        return Response(TermsSerializer(told | {"versions": terms.in_order(agreed)}).data)


WANTED = ("term_months", "renews", "po_required", "po_number")
FIXED = ("notice_days", "payment_term_days")
AMOUNTS = ("monthly", "committed_before", "committed_after", "bonus")


class TermsComparisons(View):
    access = access.CHANGE_CONTRACT
    scope = keys.CONTRACTS
    serializer_class = ComparisonSerializer

    @extend_schema(request=WantedTermsSerializer, responses=ComparisonSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """Say what other terms would change; nothing is changed."""
        agreed = _changeable(request, ref)
        wanted = replace(Terms.of(agreed), **self.read(WantedTermsSerializer(data=request.data)))
        found = new_terms.compare(actor=request.user, contract=agreed, wanted=wanted, today=places.today_under(agreed))
        differences = [{"name": one.name, "before": str(one.before), "after": str(one.after)} for one in found.differences]
        amounts = {name: fields.told(getattr(found, name)) for name in AMOUNTS}
        return Response(
            {"differences": differences, "bound_before": found.bound_before, "bound_after": found.bound_after} | amounts
        )


class TermsSignatures(View):
    access = access.CHANGE_CONTRACT
    serializer_class = TermsVersionSerializer

    @extend_schema(request=SignedTermsSerializer, responses={201: TermsVersionSerializer})
    def post(self, request: Request, ref: str) -> Response:
        """Agree on terms; those in force already are refused, so sending it twice agrees once."""
        agreed = _changeable(request, ref)
        given: dict[str, Any] = self.read(SignedTermsSerializer(data=request.data))
        signed_name = given.pop("signed_name")
        made = new_terms.sign(
            actor=request.user, contract=agreed, wanted=replace(Terms.of(agreed), **given), signed_name=signed_name,
            today=places.today_under(agreed), at=timezone.now(),
        )  # fmt: skip
        return Response(TermsVersionSerializer(made).data, status=status.HTTP_201_CREATED)


def _changeable(request: Request, ref: str) -> Contract:
    """Return the contract, if the viewer may change it where it was signed."""
    found = places.contract(request, ref)
    if not access.decide(request.user, access.CHANGE_CONTRACT, found.customer).allowed:
        raise Http404
    return found
