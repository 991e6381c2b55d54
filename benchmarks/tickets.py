"""The queue at 10,000 and at 1,000,000 tickets, beside a bare signed-in page with the same frame; `manage.py bench tickets`.

Works in a database of its own, vacuumed as a living one is. Each page is asked for in turn with the bare one, signed in,
through the whole stack of middleware; of each the 95th percentile counts. `--size N` says how many tickets the large queue holds.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from accounts.customers import tree
from accounts.people.models import StaffProfile, User
from benchmarks import scratch
from benchmarks.figures import Figure, alternating, percentile
from support.tickets import queue

AT: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
SMALL, LARGE, AGENTS, TIMES, WARM = 10_000, 1_000_000, 20, 60, 3
QUEUE: Final = "/backoffice/tickets/"
# One ticket in ten is unresolved; some of those are late, one agent in twenty has each.
TICKETS: Final = """
INSERT INTO support_ticket (ref, customer_id, subject, kind, priority, channel, status, assignee_id, opened_at, touched_at,
                            resolved_at, outcome, due_at, risk_at, due_clock)
SELECT 'B-' || n, (%(customers)s::bigint[])[1 + n %% %(spread)s], 'Question ' || n, 'billing', (1 + n %% 3)::text, 'portal',
       CASE WHEN n %% 10 > 0 THEN 'resolved' WHEN n %% 30 = 0 THEN 'waiting' ELSE 'open' END,
       CASE WHEN n %% 7 > 0 THEN (%(agents)s::bigint[])[1 + n / 10 %% %(staff)s] END,
       %(at)s - n * interval '1 minute', %(at)s - n * interval '1 minute',
       CASE WHEN n %% 10 > 0 THEN %(at)s END, CASE WHEN n %% 10 > 0 THEN 'answered' ELSE '' END,
       CASE WHEN n %% 20 = 0 THEN %(at)s + n * interval '1 minute' END,
       CASE WHEN n %% 20 = 0 THEN %(at)s + (n - 60) * interval '1 minute' END, ''
  FROM generate_series(%(first)s, %(last)s) AS n
"""


def measure(*, size: int | None) -> list[Figure]:
    """Measure the first page, one from the middle, one agent's own and what is due, at both sizes."""
    settings = {"ROOT_URLCONF": "benchmarks.bare", "ALLOWED_HOSTS": ["*"], "SECURE_SSL_REDIRECT": False}
    with scratch.database(), override_settings(**settings):
        viewer, facts = _world()
        found: list[Figure] = []
        known, before = 0, {}
        for total in (SMALL, size or LARGE):
            _grow(facts, known + 1, total)
            figures = _pages(viewer, total, before)
            found, known, before = found + figures, total, _ratios(figures)
    return found


def _ratios(figures: list[Figure]) -> dict[str, float]:
    return {figure.name.split(" at ")[0]: figure.ratio for figure in figures if figure.ratio}


def _pages(viewer: User, total: int, before: dict[str, float]) -> list[Figure]:
    client = Client()
    client.force_login(viewer)
    found = []
    for name, address in _addresses(viewer).items():
        page, bare = _asked(client, address), _asked(client, "/floor/bare/")
        alternating(page, bare, times=WARM)
        times, floor = alternating(page, bare, times=TIMES)
        slow, bare_slow = (percentile(taken, 95) * 1000 for taken in (times, floor))
        found.append(Figure(f"{name} at {total}, 95th percentile", slow, "ms", bare_slow))
        if name in before:
            found.append(Figure(f"{name}, large over small, each beside its floor", slow / bare_slow / before[name], "times"))
        with CaptureQueriesContext(connection) as captured:
            page()
        found.append(Figure(f"statements of {name} at {total}", len(captured), ""))
    return found


def _addresses(viewer: User) -> dict[str, str]:
    """Return the pages to ask for; the middle one begins where half of what is open lies behind it."""
    opened = queue.tickets_of(viewer, "open").order_by(*queue.ORDER)
    middle = opened[opened.count() // 2]
    return {
        "first page": f"{QUEUE}?view=open",
        "page from the middle": f"{QUEUE}?view=open&after={queue.Place.of(middle)}".replace("+", "%2B"),
        "one's own": f"{QUEUE}?view=mine",
        "by due": f"{QUEUE}?view=due",
    }


def _asked(client: Client, address: str) -> Callable[[], None]:
    def ask() -> None:
        answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}")

    return ask


def _world() -> tuple[User, dict[str, object]]:
    customers = [tree.add(actor=None, parent=None, kind="group", name=f"Bench {n}", at=AT).pk for n in range(50)]
    agents = [User.objects.create(email=f"bench-{n}@accord.example") for n in range(AGENTS)]
    for agent in agents:
        StaffProfile.objects.create(user=agent, level="agent", policy_acknowledged_at=AT)
    people = [agent.pk for agent in agents]
    return agents[0], {"customers": customers, "spread": len(customers), "agents": people, "staff": AGENTS, "at": AT}


def _grow(facts: dict[str, object], first: int, last: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TICKETS, facts | {"first": first, "last": last})
        cursor.execute("VACUUM ANALYZE support_ticket")
