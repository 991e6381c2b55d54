"""Addresses of many rows: looked up once, and the same that `reverse` gives for each."""

import pytest
from django.urls import reverse

from window import addresses


@pytest.mark.parametrize("ref", ["T-1013", "REF-1", "a b", "é", "x&y'z", "50%"])
def test_address_of_a_row_is_the_one_that_reverse_gives(ref):
    assert addresses.of("backoffice:ticket")(ref) == reverse("backoffice:ticket", args=[ref])
