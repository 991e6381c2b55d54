"""The demo world: built through the use cases of every screen, once."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from backoffice.demo import building
from backoffice.demo.people import GUESTS, STAFF


class Command(BaseCommand):
    help = "Builds the demo world (once) and prints its logins; --json prints what stands in it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--password", default="demo-world", help="The password that all demo logins share.")
        parser.add_argument("--json", action="store_true", help="Print counts as one JSON object instead of the logins.")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.SETTINGS_MODULE.endswith(".production"):
            raise CommandError("The demo world has known passwords, so it is never built in production.")
        world = building.build(at=timezone.now(), password=options["password"])
        made = "built" if world.is_new else "stands already"
        self.stderr.write(
            f"Demo world {made}: {world.customers} customers, {world.documents} documents, {world.tickets} tickets."
        )
        if options["json"]:
            self.stdout.write(json.dumps(asdict(world)))
            return
        for person in (*GUESTS[:4], *STAFF):
            self.stdout.write(f"{person.email} {options['password']}")
