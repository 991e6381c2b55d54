"""Sellers: the legal entities that issue documents. What a document says of its seller is kept with it when it is issued."""

from typing import Any

from billing.catalog.models import LegalEntity


def define(*, code: str, name: str, **facts: Any) -> LegalEntity:
    """Return the seller with this code, made or brought up to date for documents issued from now on."""
    return LegalEntity.objects.update_or_create(code=code, defaults={"name": name, **facts})[0]
