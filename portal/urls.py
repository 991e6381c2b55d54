"""Addresses of the portal. A page stands at a customer's number; what has a number of its own stands on its own."""

from django.urls import path

from portal import live
from portal.views import (
    activity,
    changes,
    contracts,
    help,
    home,
    invoices,
    members,
    nodes,
    orders,
    organisation,
    payments,
    programs,
    tickets,
)

app_name = "portal"
urlpatterns = [
    path("", home.front, name="front"),
    path("live/", live.stream, name="live"),
    path("search/", nodes.search, name="search"),
    path("customers/", nodes.nodes, name="nodes"),
    path("customers/<str:number>/", home.home, name="home"),
    path("customers/<str:number>/organisation/", organisation.organisation, name="organisation"),
    path("customers/<str:number>/organisation/below/", organisation.below, name="below"),
    path("customers/<str:number>/members/", members.members, name="members"),
    path("customers/<str:number>/members/<int:pk>/revocations/", members.revocations, name="revocations"),
    path("customers/<str:number>/members/<int:pk>/order-limits/", members.order_limits, name="order_limits"),
    path("customers/<str:number>/programs/", programs.programs, name="programs"),
    path("customers/<str:number>/programs/<int:pk>/revocations/", programs.key_revocations, name="key_revocations"),
    path("customers/<str:number>/invoices/", invoices.invoices, name="invoices"),
    path("customers/<str:number>/payments/", payments.payments, name="payments"),
    path("customers/<str:number>/payments/new/", payments.new_payment, name="new_payment"),
    path("customers/<str:number>/contracts/", contracts.contracts, name="contracts"),
    path("customers/<str:number>/tickets/", tickets.tickets, name="tickets"),
    path("customers/<str:number>/tickets/new/", tickets.new_ticket, name="new_ticket"),
    path("customers/<str:number>/help/", help.help_page, name="help"),
    path("customers/<str:number>/help/deflections/", help.deflections, name="deflections"),
    path("customers/<str:number>/help/invoice-checks/", help.invoice_checks, name="invoice_checks"),
    path("customers/<str:number>/help/findings/", help.findings, name="findings"),
    path("customers/<str:number>/activity/", activity.activity, name="activity"),
    # numbers of documents from elsewhere may hold a slash
    path("invoices/<path:ref>/pdf/", invoices.pdf, name="invoice_pdf"),
    path("invoices/<path:ref>/", invoices.invoice, name="invoice"),
    path("payments/<str:ref>/", payments.payment, name="payment"),
    path("contracts/<str:ref>/", contracts.contract, name="contract"),
    path("contracts/<str:ref>/orders/", orders.orders, name="orders"),
    path("customers/<str:number>/approvals/", orders.order_approvals, name="order_approvals"),
    path("approvals/<int:pk>/decisions/", orders.order_decisions, name="order_decisions"),
    path("subscriptions/<str:ref>/change/", changes.change, name="change"),
    path("subscriptions/<str:ref>/quotes/", changes.quotes, name="quotes"),
    path("quotes/<uuid:token>/", changes.quote, name="quote"),
    path("quotes/<uuid:token>/applications/", changes.applications, name="applications"),
    path("changes/<int:pk>/undos/", changes.undos, name="undos"),
    path("tickets/<str:ref>/", tickets.ticket, name="ticket"),
    path("tickets/<str:ref>/replies/", tickets.replies, name="replies"),
    path("attachments/<int:pk>/", tickets.attachment, name="attachment"),
    path("tickets/<str:ref>/praises/", tickets.praises, name="praises"),
]
