"""Addresses of the back office. Each change of state is a noun with its own address."""

from django.urls import path

from backoffice.views import approvals, authority, bank, contacts, customers, documents, finance, findings, live, look_up, tickets

app_name = "backoffice"
urlpatterns = [
    path("", tickets.front, name="front"),
    path("tickets/", tickets.queue, name="queue"),
    path("tickets/list/", tickets.queue_rows, name="queue_rows"),
    path("tickets/<str:ref>/", tickets.ticket, name="ticket"),
    path("tickets/<str:ref>/conversation/", tickets.conversation_rows, name="conversation"),
    path("tickets/<str:ref>/replies/", tickets.replies, name="replies"),
    path("tickets/<str:ref>/resolutions/", tickets.resolutions, name="resolutions"),
    path("tickets/<str:ref>/assignments/", tickets.assignments, name="assignments"),
    path("tickets/<str:ref>/grants/", tickets.grants, name="grants"),
    path("attachments/<int:pk>/", tickets.attachment, name="attachment"),
    path("approvals/", approvals.waiting, name="approvals"),
    path("approvals/<int:pk>/decisions/", approvals.decisions, name="decisions"),
    path("finance/", finance.inbox, name="inbox"),
    path("finance/rows/", finance.rows, name="inbox_rows"),
    path("finance/<int:pk>/acknowledgements/", finance.acknowledgements, name="acknowledgements"),
    path("finance/<int:pk>/questions/", finance.questions, name="questions"),
    path("bank/", bank.lines, name="bank"),
    path("bank/rows/", bank.rows, name="bank_rows"),
    path("bank/statements/", bank.statements, name="bank_statements"),
    path("bank/imports/", bank.imports, name="bank_imports"),
    path("bank/transfers/<int:pk>/outcomes/", bank.transfer_outcomes, name="bank_transfer_outcomes"),
    path("bank/lines/<str:ref>/", bank.line, name="bank_line"),
    path("bank/lines/<str:ref>/matches/", bank.matches, name="bank_matches"),
    path("bank/lines/<str:ref>/credits/", bank.credits, name="bank_credits"),
    path("bank/lines/<str:ref>/set-asides/", bank.set_asides, name="bank_set_asides"),
    path("bank/lines/<str:ref>/undoings/", bank.undoings, name="bank_undoings"),
    path("bank/lines/<str:ref>/surpluses/", bank.surpluses, name="bank_surpluses"),
    path("entries/<int:pk>/", finance.entry, name="entry"),
    path("findings/", findings.desk, name="desk"),
    path("findings/checks/", findings.checks, name="checks"),
    path("customers/", customers.roots, name="customers"),
    path("customers/<str:number>/", customers.customer, name="customer"),
    path("customers/<str:number>/contacts/", contacts.contacts, name="contacts"),
    path("customers/<str:number>/below/", customers.below, name="below"),
    # numbers of documents from elsewhere may hold a slash
    path("documents/<path:ref>/pdf/", documents.pdf, name="document_pdf"),
    path("documents/<path:ref>/", documents.document, name="document"),
    path("authority/", authority.mine, name="authority"),
    path("authority/acknowledgements/", authority.acknowledgements, name="policy_acknowledgements"),
    path("search/", look_up.search, name="search"),
    path("search/options/", look_up.options, name="search_options"),
    path("live/", live.stream, name="live"),
]
