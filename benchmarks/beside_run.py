"""The portal while a billing run goes on: how much longer its pages take beside the work of one worker.

The pages are those of `portal`, of one payer among those that are billed, asked for one after the other: before the run and
after it, then while it lasts. Everything happens in a database of its own and is really committed.
"""

import time
from datetime import date
from itertools import cycle
from threading import Thread
from typing import Final

from django.test import Client, override_settings

from accounts.customers.models import Customer
from benchmarks import billing_run, portal, quote, scratch
from benchmarks.crew import Crew
from benchmarks.figures import Figure, percentile, timed

ROUNDS: Final = 6  # over all pages, before the run and after it
NEXT_CYCLE: Final = date(2026, 2, 1)


def measure(size: int | None) -> list[Figure]:
    """Bill `size` payers (16,000) for their second month by one worker, and ask for pages meanwhile."""
    payers = size or 16_000
    crew = Crew(1)
    with scratch.database(), override_settings(ALLOWED_HOSTS=["*"], SECURE_SSL_REDIRECT=False):
        billing_run.world(payers)
        crew.get_ready()
        crew.work_off(billing_run.begun(quote.FIRST))
        client, addresses = _visitor()
        idle = _asked(client, addresses, ROUNDS)
        busy, seconds = _asked_while_billing(crew, client, addresses)
        idle += _asked(client, addresses, ROUNDS)
        crew.send_home()
    return [
        Figure("a page while a run goes on, median", percentile(busy, 50) * 1000, "ms", percentile(idle, 50) * 1000),
        Figure("a page while a run goes on, 95th percentile", percentile(busy, 95) * 1000, "ms", percentile(idle, 95) * 1000),
        Figure("pages asked for while it went on", len(busy), "pages"),
        Figure("invoices issued meanwhile", payers / seconds, "invoices/s"),
    ]


def _visitor() -> tuple[Client, list[str]]:
    """Return who looks, signed in, and the pages of a payer that was billed once."""
    customer, client = Customer.objects.filter(ref__startswith=billing_run.PREFIX).earliest("pk"), Client()
    client.force_login(portal.viewer_of(customer))
    addresses = list(portal.addresses_of(customer).values())
    _asked(client, addresses, 1)
    return client, addresses


def _asked(client: Client, addresses: list[str], rounds: int) -> list[float]:
    return [timed(lambda address=address: portal.get(client, address)) for _ in range(rounds) for address in addresses]


def _asked_while_billing(crew: Crew, client: Client, addresses: list[str]) -> tuple[list[float], float]:
    """Return what each page took while the run went on, and how many seconds it did."""
    run, began, times = billing_run.begun(NEXT_CYCLE), time.perf_counter(), []
    billing = Thread(target=crew.work_off, args=[run])
    billing.start()
    for address in cycle(addresses):
        times.append(timed(lambda address=address: portal.get(client, address)))
        if not billing.is_alive():
            return times, time.perf_counter() - began
    raise RuntimeError("there is no page to ask for")
