"""Once: a proof is taken once. Kept is a digest of its name, for as long as the proof itself would still hold."""

import hashlib
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.single_sign_on.models import SignInProvider, UsedProof


class UsedAlready(Refusal):
    """This very proof was taken before."""

    code = "used_already"


def use(*, provider: SignInProvider, name: str, until: datetime, at: datetime) -> None:
    """Note that the proof `name` of a provider is taken now; what no longer holds is forgotten on the way.

    Raises:
        UsedAlready: it was taken before.
    """
    UsedProof.objects.filter(until__lt=at).delete()
    digest = hashlib.sha256(name.encode()).hexdigest()
    try:
        with transaction.atomic():
            UsedProof.objects.create(provider=provider, digest=digest, until=until)
    except IntegrityError:
        raise UsedAlready(_("This sign-in was used already. Begin again.")) from None
