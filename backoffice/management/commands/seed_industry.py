"""Start with words, wares and meters of a trade: `manage.py seed_industry public-utility [--person "Ada"]`. Repeatable."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.decisions import Refusal
from backoffice.industries import planting
from backoffice.industries.templates import INDUSTRIES


class Command(BaseCommand):
    help = "Puts the template of an industry in: words for kinds of customers, meters, products and plans. Again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("industry", choices=sorted(INDUSTRIES), help="which trade")
        parser.add_argument("--person", metavar="NAME", help="also make this person a customer with one meter, read at 120 units")

    def handle(self, *args: Any, **options: Any) -> None:
        industry, now = INDUSTRIES[options["industry"]], timezone.now()
        planted = planting.plant(industry, at=now)
        self.stdout.write(f"{industry.name}: {planted.kinds} kinds renamed, {planted.plans} plans put on sale.")
        if not options["person"]:
            return
        first = now.date().replace(day=1)
        try:
            metered = planting.first_person(industry, name=options["person"], on=first, units=120, at=now)
        except Refusal as refusal:
            raise CommandError(refusal.reason) from refusal
        self.stdout.write(f"{options['person']} is customer {metered.customer.number} with {metered.ref}.")
