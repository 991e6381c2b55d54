"""Addresses of our own people's part of the API."""

from django.urls import path

from backoffice.api import batches, commitments, finance, nodes, playbooks, service, tickets

app_name = "staff_api"
urlpatterns = [
    path("nodes/<str:number>/", nodes.Node.as_view(), name="node"),
    path("tickets/", tickets.Queue.as_view(), name="queue"),
    path("tickets/<str:ref>/remedies/", tickets.Remedies.as_view(), name="remedies"),
    path("tickets/<str:ref>/grants/", tickets.Grants.as_view(), name="grants"),
    path("tickets/<str:ref>/replies/", tickets.StaffReplies.as_view(), name="replies"),
    path("tickets/<str:ref>/declines/", commitments.Declines.as_view(), name="declines"),
    path("tickets/<str:ref>/deadlines/", service.Deadlines.as_view(), name="deadlines"),
    path("tickets/<str:ref>/conflicts/", service.Conflicts.as_view(), name="conflicts"),
    path("tickets/<str:ref>/playbook/", playbooks.TicketPlaybook.as_view(), name="ticket_playbook"),
    path("escalations/", service.Escalations.as_view(), name="escalations"),
    path("customers/<str:number>/escalations/", service.CustomerEscalations.as_view(), name="customer_escalations"),
    path("customers/<str:number>/escalations/ends/", service.EscalationEnds.as_view(), name="escalation_ends"),
    path("feedback/", service.Heard.as_view(), name="heard"),
    path("playbooks/", playbooks.Playbooks.as_view(), name="playbooks"),
    path("findings/<str:ref>/others/", batches.Hits.as_view(), name="hits"),
    path("findings/<str:ref>/batches/", batches.FindingBatches.as_view(), name="finding_batches"),
    path("batches/", batches.Batches.as_view(), name="batches"),
    path("batches/<int:pk>/", batches.OneBatch.as_view(), name="batch"),
    path("batches/<int:pk>/undoings/", batches.BatchUndoings.as_view(), name="batch_undoings"),
    path("promises/", commitments.Promises.as_view(), name="promises"),
    path("promises/<int:pk>/closings/", commitments.Closings.as_view(), name="closings"),
    path("approvals/", tickets.Approvals.as_view(), name="approvals"),
    path("approvals/<int:pk>/decisions/", tickets.Decisions.as_view(), name="decisions"),
    path("finance/rows/", finance.Feed.as_view(), name="feed"),
    path("finance/rows/<int:pk>/acknowledgements/", finance.Acknowledgements.as_view(), name="acknowledgements"),
    path("finance/rows/<int:pk>/questions/", finance.Questions.as_view(), name="questions"),
    path("finance/rows/<int:pk>/answers/", finance.Answers.as_view(), name="answers"),
    path("grants/<str:ref>/reversals/", finance.Reversals.as_view(), name="reversals"),
    path("finance/tie-outs/", finance.TieOuts.as_view(), name="tie_outs"),
]
