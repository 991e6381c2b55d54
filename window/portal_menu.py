"""The portal's menu: shown to customers in their window, and to managers who preview it."""

from typing import Final

from django.utils.translation import gettext_lazy

from accounts.people import access

ORGANISATION_PAGES = {
    "organisation",
    "members",
    "programs",
    "privacy",
    "details",
    "charter",
    "webhooks",
    "webhook",
    "served",
    "served_tickets",
    "sign_in",
    "sign_in_provider",
}
INVOICE_PAGES = {"invoices", "invoice", "invoice_printing", "statement", "payment_plans", "payment_promises"}
PAYMENT_PAGES = {"payments", "payment", "new_payment", "wallet", "mandates", "methods", "autopay", "method_replacements"}
# label, icon, the page it opens, the pages during which it is the current one, its key
PLACES = (
    (gettext_lazy("Home"), "home", "home", {"home"}, "g s"),
    (gettext_lazy("Invoices"), "invoice", "invoices", INVOICE_PAGES, "g i"),
    (
        gettext_lazy("Contracts"),
        "contract",
        "contracts",
        {"contracts", "contract", "change", "quotes", "quote", "applications", "orders", "usage", "bulk_changes", "bulk_change"},
        "g k",
    ),
    (gettext_lazy("Help"), "help", "help", {"help", "findings", "new_ticket", "feedback", "chats", "callbacks"}, ""),
    (
        gettext_lazy("Tickets"),
        "chat",
        "tickets",
        {"tickets", "ticket", "replies", "praises", "chat", "shared_ticket", "shared_replies"},
        "g t",
    ),
    (gettext_lazy("Payments"), "payment", "payments", PAYMENT_PAGES, "g p"),
    (gettext_lazy("Approvals"), "approve", "order_approvals", {"order_approvals", "order_decisions"}, ""),
    (gettext_lazy("Organisation"), "organisation", "organisation", ORGANISATION_PAGES, "g o"),
    (gettext_lazy("Activity"), "clock", "activity", {"activity"}, "g a"),
)
# The pages that are in the menu only of those who may take an action there.
ASKS: Final = {"order_approvals": access.APPROVE_ORDERS}
