"""The 360 page of the largest group among 100,000 customers and 1,000,000 activities; `manage.py bench overview`.

Works in a database of its own. Customers are imported as everybody imports them; the activities are written by COPY into the
months of three years, one customer in a hundred with a hundred times as many. The page of the group, of its busiest customer and
of a quiet one is asked for in turn with a bare signed-in page of the same frame; of each the 95th percentile counts. `--size N`
says how many activities there are; there is a tenth as many customers.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Final

from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.customers import importing
from accounts.customers.importing import Row
from accounts.customers.models import Customer
from accounts.people.models import StaffProfile, User
from accounts.timeline import months
from benchmarks import scratch
from benchmarks.figures import Figure, alternating, percentile

ACTIVITIES, PER_CUSTOMER, TIMES, WARM = 1_000_000, 10, 60, 3
GROUP_SIZE: Final = 2_000  # a root, ten divisions, the rest sites: the largest kind of customer there is
MONTHS: Final = 36
NOW: Final = datetime.now(UTC)
KINDS: Final = (
    ("support.note_added", {}), ("billing.payment_succeeded", {"amount": "EUR 120.00"}),
    ("accounts.customer_changed", {"changed": "city"}),
)  # fmt: skip


def measure(*, size: int | None) -> list[Figure]:
    """Measure the page of a group, of its busiest and of a quiet customer, and how long the world took to write."""
    wanted = size or ACTIVITIES
    settings = {"ROOT_URLCONF": "benchmarks.bare", "ALLOWED_HOSTS": ["*"], "SECURE_SSL_REDIRECT": False}
    with scratch.database(), override_settings(**settings):
        importing.import_rows(rows(wanted // PER_CUSTOMER), actor=None, at=NOW - timedelta(days=31 * MONTHS))
        written = write(wanted)
        client = Client()
        client.force_login(_viewer())
        return [written, *_pages(client, wanted)]


def write(count: int) -> Figure:
    """Write so many activities by COPY, spread over the months and the customers."""
    for month in sorted({(NOW - timedelta(days=30 * back)).date().replace(day=1) for back in range(MONTHS + 1)}):
        months.make(month)
    keys = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
    began = datetime.now(UTC)
    text = StringIO("".join(_lines(keys, count)))
    with connection.cursor() as cursor:
        columns = "customer_id, kind, at, recorded_at, about_kind, about_ref, facts, internal"
        cursor.copy_expert(f"COPY accounts_activity ({columns}) FROM STDIN", text)
        cursor.execute("ANALYZE")
    return Figure(f"writing {count} activities", (datetime.now(UTC) - began).total_seconds(), "s")


def _lines(keys: list[int], count: int) -> Iterator[str]:
    """Every second activity is of one of the busy hundredth, the others go round."""
    busy = keys[:: len(keys) // max(1, len(keys) // 100)] if len(keys) >= 100 else keys
    span = timedelta(days=30 * MONTHS) / count
    for number in range(count):
        customer = busy[number // 2 % len(busy)] if number % 2 else keys[number * 7 % len(keys)]
        kind, facts = KINDS[number % len(KINDS)]
        at = (NOW - span * number).isoformat()
        internal = "t" if number % 5 == 0 else "f"
        yield f"{customer}\t{kind}\t{at}\t{at}\tticket\tT-{number}\t{json.dumps(facts)}\t{internal}\n"


def rows(count: int) -> Iterator[Row]:
    """Return so many customers to import, in groups of 2,000, three levels deep."""
    for number in range(count):
        group, place = divmod(number, GROUP_SIZE)
        parent = () if place == 0 else (f"O-{group}-0",) if place <= 10 else (f"O-{group}-{1 + place % 10}",)
        kind = "group" if place == 0 else "division" if place <= 10 else "site"
        yield Row(f"O-{group}-{place}", f"Customer {number}", kind, parent, {"country": "DE", "city": "Berlin"}, number + 1)


def _viewer() -> User:
    viewer = User.objects.create_user("bench@accord.example")
    StaffProfile.objects.create(user=viewer, level=StaffProfile.Level.AGENT, policy_acknowledged_at=NOW)
    return viewer


def _pages(client: Client, wanted: int) -> Iterator[Figure]:
    for name, ref in (("a group of 2,000", "O-0-0"), ("its busiest customer", "O-0-100"), ("a quiet customer", "O-0-333")):
        node = Customer.objects.get(ref=ref)
        page, bare = _asked(client, reverse("backoffice:customer", args=[node.number])), _asked(client, "/floor/bare/")
        alternating(page, bare, times=WARM)
        times, floor = alternating(page, bare, times=TIMES)
        figure = percentile(times, 95) * 1000
        yield Figure(f"360 page of {name} among {wanted}, 95th percentile", figure, "ms", percentile(floor, 95) * 1000)
        with CaptureQueriesContext(connection) as captured:
            page()
        yield Figure(f"statements of {name}", len(captured), "")


def _asked(client: Client, address: str) -> Callable[[], None]:
    def ask() -> None:
        answer = client.get(address)
        assert answer.status_code == 200, f"{address} answered {answer.status_code}"

    return ask
