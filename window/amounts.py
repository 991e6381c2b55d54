"""Amounts as people type them: read in their language's way, refused in their language's words. Programs send plain decimals."""

import re
from typing import Final

from django.utils.translation import gettext as _

from billing.money import AmountTooLarge, Money, NotAnAmount
from window import formats

WITH_COMMA: Final = re.compile(r"-?[0-9]+,[0-9]+")
SHOWN: Final = 40


def read(text: str, currency: str) -> Money:
    """Return the amount in major units that was typed; where the language parts decimals by a comma, one may stand there.

    Raises:
        NotAnAmount, AmountTooLarge: it is none that could be booked.
    """
    typed = text.strip()
    plain = typed.replace(",", ".") if formats.decimal_comma() and WITH_COMMA.fullmatch(typed) else typed
    try:
        return Money.of(plain, currency)
    except NotAnAmount as fault:
        like = formats.amount_figure(1234, currency)
        words = _("“{text}” is not an amount in {currency}; write it like {like}.")
        raise NotAnAmount(words.format(text=typed[:SHOWN], currency=currency, like=like)) from fault
    except AmountTooLarge as fault:
        raise AmountTooLarge(_("The amount is too large to be booked.")) from fault
