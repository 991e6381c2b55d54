"""Addresses of the customers' part of the API. A list stands at a customer's number; what has a number stands on its own."""

from django.urls import path

from portal.api import bulk, contracts, customers, help, kept_money, money, orders, overdue

app_name = "api"
urlpatterns = [
    path("me/", customers.Me.as_view(), name="me"),
    path("answers/", help.Answers.as_view(), name="answers"),
    path("customers/", customers.Customers.as_view(), name="customers"),
    path("customers/<str:number>/", customers.OneCustomer.as_view(), name="customer"),
    path("customers/<str:number>/balance/", customers.Balance.as_view(), name="balance"),
    path("customers/<str:number>/activities/", customers.Activities.as_view(), name="activities"),
    path("customers/<str:number>/members/", customers.Members.as_view(), name="members"),
    path("customers/<str:number>/members/<int:pk>/revocations/", customers.Revocations.as_view(), name="revocations"),
    path("customers/<str:number>/keys/", customers.Keys.as_view(), name="keys"),
    path("customers/<str:number>/keys/<int:pk>/revocations/", customers.KeyRevocations.as_view(), name="key_revocations"),
    path("customers/<str:number>/documents/", money.Documents.as_view(), name="documents"),
    path("customers/<str:number>/entitlement/", overdue.Entitlement.as_view(), name="entitlement"),
    path("customers/<str:number>/methods/", money.Methods.as_view(), name="methods"),
    path("customers/<str:number>/payments/", money.Payments.as_view(), name="payments"),
    path("customers/<str:number>/contracts/", contracts.Contracts.as_view(), name="contracts"),
    path("customers/<str:number>/usage/", contracts.Usage.as_view(), name="usage"),
    path("customers/<str:number>/tickets/", help.Tickets.as_view(), name="tickets"),
    # numbers of documents from elsewhere may hold a slash
    path("documents/<path:ref>/e-invoice/<slug:form>/", money.EInvoice.as_view(), name="einvoice"),
    path("documents/<path:ref>/promises/", overdue.Promises.as_view(), name="promises"),
    path("documents/<path:ref>/pdf/", money.DocumentPdf.as_view(), name="document_pdf"),
    path("documents/<path:ref>/", money.OneDocument.as_view(), name="document"),
    path("customers/<str:number>/kept-money/", kept_money.KeptMoney.as_view(), name="kept_money"),
    path("payments/<str:ref>/kept-answers/", kept_money.KeptAnswers.as_view(), name="kept_answers"),
    path("payments/<str:ref>/receipt/", kept_money.Receipt.as_view(), name="receipt"),
    path("payments/<str:ref>/", money.OnePayment.as_view(), name="payment"),
    path("contracts/<str:ref>/", contracts.OneContract.as_view(), name="contract"),
    path("contracts/<str:ref>/scheduled/", contracts.Scheduled.as_view(), name="scheduled"),
    path("contracts/<str:ref>/offers/", orders.Offers.as_view(), name="offers"),
    path("contracts/<str:ref>/orders/", orders.Orders.as_view(), name="orders"),
    path("customers/<str:number>/approvals/", orders.OrderApprovals.as_view(), name="order_approvals"),
    path("approvals/<int:pk>/decisions/", orders.OrderDecisions.as_view(), name="order_decisions"),
    path("subscriptions/<str:ref>/quotes/", contracts.Quotes.as_view(), name="quotes"),
    path("quotes/<uuid:token>/", contracts.OneQuote.as_view(), name="quote"),
    path("customers/<str:number>/bulk-changes/", bulk.BulkChanges.as_view(), name="bulk_changes"),
    path("bulk-changes/<uuid:token>/", bulk.OneBulkChange.as_view(), name="bulk_change"),
    path("bulk-changes/<uuid:token>/applications/", bulk.BulkApplications.as_view(), name="bulk_applications"),
    path("quotes/<uuid:token>/pdf/", contracts.QuotePdf.as_view(), name="quote_pdf"),
    path("subscriptions/<str:ref>/metered/", contracts.MeteredUsage.as_view(), name="metered"),
    path("quotes/<uuid:token>/applications/", contracts.Applications.as_view(), name="applications"),
    path("changes/<int:pk>/undos/", contracts.Undos.as_view(), name="undos"),
    path("tickets/<str:ref>/", help.OneTicket.as_view(), name="ticket"),
    path("tickets/<str:ref>/replies/", help.Replies.as_view(), name="replies"),
    path("tickets/<str:ref>/praises/", help.Praises.as_view(), name="praises"),
]
