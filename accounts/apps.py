from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        """Hang the access door into the timeline, and let moves say who gains and who loses sight.

        These modules need the models, which are only there once Django has loaded the apps.
        """
        reading = import_module("accounts.timeline.reading")
        moves = import_module("accounts.customers.moves")
        reading.hang_door(import_module("accounts.people.access"))
        moved, standing = import_module("accounts.customers.move_effects"), import_module("accounts.segments.move_effects")
        moves.register_effect("tree", moved.in_the_tree)
        moves.register_effect("payers", moved.for_payers)
        moves.register_effect("prices", standing.for_prices)
        moves.register_effect("people", import_module("accounts.people.reach_changes").of_move)
        moves.register_effect("owners", import_module("accounts.people.owners").told_of_move)
        moves.register_effect("standing", standing.for_standing)
        moves.register_effect("policies", import_module("accounts.policies.move_effects").for_policies)
        merging, told = import_module("accounts.quality.merging"), import_module("accounts.quality.merge_effects")
        effects = {
            "tree": told.in_the_tree,
            "payers": told.for_payers,
            "people": told.for_people,
            "relations": told.for_relations,
        }
        for name, effect in effects.items():
            merging.register_effect(name, effect)
        delivery = import_module("accounts.timeline.delivery")
        delivery.register("quality", import_module("accounts.quality.following").follow)
        delivery.register("segments", import_module("accounts.segments.following").follow)
        queueing = import_module("accounts.webhooks.queueing")
        delivery.register(queueing.READER, queueing.queue)
        import_module("accounts.timeline.recording").register_chooser(queueing.READER, queueing.wanted)
        post_migrate.connect(import_module("accounts.append_only").ask_quietly, sender=self)
        import_module("accounts.segments.lifecycle").hang_onboarding_days(import_module("accounts.policies.onboarding").days_of)
        stage_rules = import_module("accounts.segments.stage_rules")
        import_module("accounts.customers.details").hang_stage_door(stage_rules.why_not_in)
