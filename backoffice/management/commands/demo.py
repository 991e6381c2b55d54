"""The demo world: built through the use cases of every screen, once."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from backoffice.demo import building
from backoffice.demo.people import GUESTS, STAFF


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 8:
        raise ArgumentTypeError("must be a whole number, zero or more")
    return int(text)


class Command(BaseCommand):
    help = "Builds the demo world (once) and prints its logins; --json prints what stands in it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--password", default="demo-world", help="The password that all demo logins share.")
        for name in ("customers", "subscriptions", "tickets"):
            words = f"Load a crowd of so many {name} besides, set-based, for benchmarks."
            parser.add_argument(f"--{name}", type=_count, default=0, metavar="N", help=words)
        parser.add_argument("--json", action="store_true", help="Print counts as one JSON object instead of the logins.")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.SETTINGS_MODULE.endswith(".production"):
            raise CommandError("The demo world has known passwords, so it is never built in production.")
        wanted = {name: options[name] for name in ("customers", "subscriptions", "tickets")}
        if max(wanted["subscriptions"], wanted["tickets"]) and not wanted["customers"]:
            raise CommandError("Subscriptions and tickets need customers: say how many with --customers.")
        world = building.build(at=timezone.now(), password=options["password"], crowd=wanted)
        made = "built" if world.is_new else "stands already"
        self.stderr.write(
            f"Demo world {made}: {world.customers} customers, {world.documents} documents, {world.tickets} tickets."
        )
        if options["json"]:
            self.stdout.write(json.dumps(asdict(world)))
            return
        for person in (*GUESTS, *STAFF):
            self.stdout.write(f"{person.email} {options['password']}")
