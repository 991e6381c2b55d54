from importlib import import_module

from django.apps import AppConfig


class SupportConfig(AppConfig):
    name = "support"

    def ready(self) -> None:
        """Let notices read the timeline, merges and moves tell of tickets, and policy try its words on remedies.

        These modules need the models, which are only there once Django has loaded the apps.
        """
        delivery = import_module("accounts.timeline.delivery")
        delivery.register("notice", import_module("support.notices.sending").send)
        delivery.register("service_levels", import_module("support.tickets.standing_changes").follow)
        delivery.register("survey", import_module("support.voice.satisfaction").ask_after_chat)
        merging = import_module("accounts.quality.merging")
        merging.register_effect("tickets", import_module("support.tickets.customer_merges").tickets)
        moves = import_module("accounts.customers.moves")
        moves.register_effect("clocks", import_module("support.tickets.customer_moves").clocks)
        trials = import_module("support.remedies.policy_trials")
        import_module("accounts.policies.cases").register_judge("remedy", trials.judge)
        import_module("accounts.policies.keys").register_names("remedy.not_given", trials.names)
        import_module("accounts.policies.simulating").register_past("remedies", trials.past)
        import_module("support.tickets.segment_facts").hang()
        files = import_module("support.channels.files")
        import_module("accounts.privacy.exporting").register_documents(of_customers=files.of_customers, of_person=files.of_person)
