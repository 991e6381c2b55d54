"""What the flow tests of the portal start from."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.portal.visiting import NOW


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """It is NOW, and stays so until the test moves on."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller
