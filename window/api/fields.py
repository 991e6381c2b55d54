"""How the API writes what it hands out: amounts as decimal strings with their currency, moments in UTC."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from billing.money import Money


class AmountShape(serializers.Serializer):
    """An amount of money in major units, as exact text."""

    amount = serializers.CharField(help_text='"120.00"; below zero for what is given back.')
    currency = serializers.CharField(help_text="ISO 4217.")


@extend_schema_field(AmountShape)
class AmountField(serializers.Field):
    """An amount kept as `<name>_minor` beside a currency, told as `{"amount": "120.00", "currency": "EUR"}`."""

    def __init__(self, minor: str, currency: str = "currency", **options: Any) -> None:
        super().__init__(source="*", read_only=True, **options)
        self.minor, self.currency = minor, currency

    def to_representation(self, value: Any) -> dict[str, str]:
        held = value
        *path, last = self.currency.split(".")
        for name in path:
            held = getattr(held, name)
        return told(Money(getattr(value, self.minor), getattr(held, last)))


def told(amount: Money) -> dict[str, str]:
    """Write one amount."""
    return {"amount": amount.number, "currency": amount.currency}


def all_told(minor_per_currency: dict[str, int]) -> list[dict[str, str]]:
    """Write amounts of several currencies."""
    return [told(Money(minor, currency)) for currency, minor in sorted(minor_per_currency.items())]
