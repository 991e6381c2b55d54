"""Addresses: where the rows of a list lead, looked up once for the whole list."""

from collections.abc import Callable
from urllib.parse import quote

from django.urls import reverse

REF = "REF"  # stands for the ref while the address is looked up
PLAIN = "!$&'()*+,;=/~:@"  # what `reverse` leaves as it is


def of(page: str) -> Callable[[str], str]:
    """Return what writes the address of `page` for a ref, as `reverse(page, args=[ref])` does."""
    before, after = reverse(page, args=[REF]).split(REF)
    return lambda ref: f"{before}{quote(ref, safe=PLAIN)}{after}"
