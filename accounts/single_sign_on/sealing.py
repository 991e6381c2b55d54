"""Sealing: secrets that we must be able to read again are kept encrypted, with a key made from the signing key of the site.

A stolen copy of the database alone opens nothing. When `SECRET_KEY` changes, `SECRET_KEY_FALLBACKS` still opens what was sealed
before; what no key opens has to be entered again.
"""

import base64
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext as _

from accounts.decisions import Refusal

PURPOSE: Final = b"accord: secrets of sign-in providers"


class SealBroken(Refusal):
    """The signing key of the site changed, or the row was tampered with."""

    code = "seal_broken"


def sealed(secret: str) -> str:
    """Return `secret` encrypted, to be kept in the database."""
    return _keys().encrypt(secret.encode()).decode()


def opened(seal: str) -> str:
    """Return what was sealed.

    Raises:
        SealBroken: no key of the site opens it.
    """
    try:
        return _keys().decrypt(seal.encode()).decode()
    except InvalidToken:
        raise SealBroken(_("The secret of this provider can no longer be read; a manager has to enter it again.")) from None


def _keys() -> MultiFernet:
    return MultiFernet([_key(str(one)) for one in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(signing_key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(signing_key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
