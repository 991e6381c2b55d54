"""Signing: how a receiver knows that a message is ours, whole and fresh; as the Standard Webhooks specification says.

The signature is HMAC-SHA256 over "id.timestamp.body", in base64 after "v1,"; while a secret is being changed there are two of
them, parted by a blank. A secret is told as "whsec_" and 32 bytes in base64. It is derived from the endpoint's seed with the
site's own key whenever it is needed, so a copy of the database signs nothing.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.crypto import salted_hmac

PREFIX: Final = "whsec_"
SALT: Final = "accounts.webhooks"


def secret_of(seed: UUID) -> str:
    """Return the secret as the receiver keeps it."""
    return PREFIX + base64.b64encode(_key(seed)).decode()


def headers(*, message: str, at: datetime, body: bytes, seeds: Iterable[UUID]) -> dict[str, str]:
    """Return the headers that prove a message: its id, the moment of this try in whole seconds, and a signature per secret."""
    moment = str(int(at.timestamp()))
    signatures = [signature(key=_key(seed), message=message, moment=moment, body=body) for seed in seeds]
    return {"webhook-id": message, "webhook-timestamp": moment, "webhook-signature": " ".join(signatures)}


def signature(*, key: bytes, message: str, moment: str, body: bytes) -> str:
    """Return the signature of a message under one key."""
    signed = f"{message}.{moment}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def _key(seed: UUID) -> bytes:
    return salted_hmac(SALT, str(seed), algorithm="sha256").digest()
