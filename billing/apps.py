from importlib import import_module

from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        """Let previews of merges and moves say what they mean for money.

        The modules need the models, which are only there once Django has loaded the apps.
        """
        merging = import_module("accounts.quality.merging")
        told = import_module("billing.reports.customer_merges")
        merging.register_effect("contracts", told.contracts)
        merging.register_effect("documents", told.documents)
        moved = import_module("billing.reports.customer_moves")
        moves = import_module("accounts.customers.moves")
        moves.register_effect("contracts", moved.contracts)
        moves.register_effect("documents", moved.documents)
        import_module("accounts.quality.split_parts").register("contracts", import_module("billing.amendments.splitting").PART)
        import_module("billing.reports.segment_facts").hang()
        exporting = import_module("accounts.privacy.exporting")
        exporting.register_documents(of_customers=import_module("billing.invoices.handing_out").all_of)
