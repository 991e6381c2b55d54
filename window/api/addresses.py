"""What both windows say of an address that is kept for a purpose."""

from typing import Final

from rest_framework import serializers

from accounts.customers.models import Address

FIELDS: Final = ("id", "purpose", "attention", "street", "postcode", "city", "country", "since", "until")


class PlaceWantedSerializer(serializers.Serializer):
    """What for, and where."""

    purpose = serializers.ChoiceField(choices=Address.Purpose.choices)
    attention = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    street = serializers.CharField(max_length=200)
    postcode = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    city = serializers.CharField(max_length=120)
    country = serializers.CharField(max_length=2, required=False, allow_blank=True, default="")
