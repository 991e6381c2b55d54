"""Sellers: the legal entities that issue documents. What a document says of its seller is kept with it when it is issued."""

from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from accounts.customers.details import facts_of_change
from accounts.timeline import recording
from billing.catalog.models import LegalEntity


def define(*, actor: AbstractBaseUser | None, code: str, at: datetime, **facts: Any) -> LegalEntity:
    """Return the seller with this code, made or brought up to date for documents issued from now on.

    The timeline keeps who changed what, each fact before and after. Repeating it changes nothing.
    """
    with transaction.atomic():
        kept = LegalEntity.objects.select_for_update().filter(code=code).first()
        seller = kept or LegalEntity(code=code)
        changes = {name: value for name, value in facts.items() if kept is None or getattr(kept, name) != value}
        if kept and not changes:
            return kept
        before = {name: getattr(kept, name) for name in changes} if kept else {}
        for name, value in changes.items():
            setattr(seller, name, value)
        seller.save()
        told = {"seller": seller.name, **facts_of_change(before, changes)}
        recording.record(None, "billing.seller_defined", actor=actor, at=at, facts=told, internal=True)
    return seller
