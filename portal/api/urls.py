"""Addresses of the customers' part of the API. A list stands at a customer's number; what has a number stands on its own."""

from django.urls import path

from portal.api import autopay, contracts, customers, feedback, help, money, orders, overdue, privacy, terms, webhooks

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
    path("customers/<str:number>/webhooks/", webhooks.Webhooks.as_view(), name="webhooks"),
    path("customers/<str:number>/webhooks/<int:pk>/messages/", webhooks.WebhookMessages.as_view(), name="webhook_messages"),
    path("customers/<str:number>/webhooks/<int:pk>/secrets/", webhooks.WebhookSecrets.as_view(), name="webhook_secrets"),
    path("customers/<str:number>/webhooks/<int:pk>/removals/", webhooks.WebhookRemovals.as_view(), name="webhook_removals"),
    path(
        "customers/<str:number>/webhooks/<int:pk>/activations/", webhooks.WebhookActivations.as_view(), name="webhook_activations"
    ),
    path("customers/<str:number>/webhooks/<int:pk>/trials/", webhooks.WebhookTrials.as_view(), name="webhook_trials"),
    path(
        "customers/<str:number>/webhooks/<int:pk>/redeliveries/",
        webhooks.WebhookRedeliveries.as_view(),
        name="webhook_redeliveries",
    ),
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
    path("payments/<str:ref>/", money.OnePayment.as_view(), name="payment"),
    path("contracts/<str:ref>/", contracts.OneContract.as_view(), name="contract"),
    path("contracts/<str:ref>/terms/", terms.ContractTermsView.as_view(), name="terms"),
    path("contracts/<str:ref>/terms/comparisons/", terms.TermsComparisons.as_view(), name="term_comparisons"),
    path("contracts/<str:ref>/terms/signatures/", terms.TermsSignatures.as_view(), name="term_signatures"),
    path("customers/<str:number>/autopay/", autopay.AutomaticPayment.as_view(), name="autopay"),
    path("customers/<str:number>/autopay/ends/", autopay.AutomaticPaymentEnds.as_view(), name="autopay_ends"),
    path("customers/<str:number>/exports/", privacy.Exports.as_view(), name="exports"),
    path("exports/<uuid:token>/", privacy.ExportFile.as_view(), name="export"),
    path("customers/<str:number>/feedback/", feedback.FeedbackView.as_view(), name="feedback"),
    path("contracts/<str:ref>/scheduled/", contracts.Scheduled.as_view(), name="scheduled"),
    path("contracts/<str:ref>/offers/", orders.Offers.as_view(), name="offers"),
    path("contracts/<str:ref>/orders/", orders.Orders.as_view(), name="orders"),
    path("customers/<str:number>/approvals/", orders.OrderApprovals.as_view(), name="order_approvals"),
    path("approvals/<int:pk>/decisions/", orders.OrderDecisions.as_view(), name="order_decisions"),
    path("subscriptions/<str:ref>/quotes/", contracts.Quotes.as_view(), name="quotes"),
    path("quotes/<uuid:token>/", contracts.OneQuote.as_view(), name="quote"),
    path("quotes/<uuid:token>/applications/", contracts.Applications.as_view(), name="applications"),
    path("changes/<int:pk>/undos/", contracts.Undos.as_view(), name="undos"),
    path("tickets/<str:ref>/", help.OneTicket.as_view(), name="ticket"),
    path("tickets/<str:ref>/replies/", help.Replies.as_view(), name="replies"),
    path("tickets/<str:ref>/praises/", help.Praises.as_view(), name="praises"),
]
