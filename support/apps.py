from importlib import import_module

from django.apps import AppConfig


class SupportConfig(AppConfig):
    name = "support"

    def ready(self) -> None:
        """Let the notices read the timeline. These modules need the models, which are only there once Django loaded the apps."""
        delivery = import_module("accounts.timeline.delivery")
        delivery.register("notice", import_module("support.notices.sending").send)
        merging = import_module("accounts.quality.merging")
        merging.register_effect("tickets", import_module("support.tickets.customer_merges").tickets)
