"""Addresses of our own people's part of the API."""

from django.urls import path

from backoffice.api import addresses, answers, commitments, finance, moves, nodes, tickets

app_name = "staff_api"
urlpatterns = [
    path("nodes/<str:number>/", nodes.Node.as_view(), name="node"),
    path("nodes/<str:number>/addresses/", addresses.Addresses.as_view(), name="addresses"),
    path("nodes/<str:number>/roll-up/", nodes.RollUp.as_view(), name="roll_up"),
    path("nodes/<str:number>/responsibilities/", answers.Answers.as_view(), name="responsibilities"),
    path("nodes/<str:number>/owners/", answers.Owners.as_view(), name="owners"),
    path("nodes/<str:number>/handover-previews/", answers.HandoverPreviews.as_view(), name="handover_previews"),
    path("nodes/<str:number>/handovers/", answers.Handovers.as_view(), name="handovers"),
    path("handovers/<int:pk>/undoings/", answers.HandoverUndoings.as_view(), name="handover_undoings"),
    path("nodes/<str:number>/move-previews/", moves.MovePreviews.as_view(), name="move_previews"),
    path("nodes/<str:number>/moves/", moves.Moves.as_view(), name="moves"),
    path("moves/<int:pk>/decisions/", moves.MoveDecisions.as_view(), name="move_decisions"),
    path("moves/<int:pk>/withdrawals/", moves.MoveWithdrawals.as_view(), name="move_withdrawals"),
    path("moves/<int:pk>/undoings/", moves.MoveUndoings.as_view(), name="move_undoings"),
    path("tickets/", tickets.Queue.as_view(), name="queue"),
    path("tickets/<str:ref>/remedies/", tickets.Remedies.as_view(), name="remedies"),
    path("tickets/<str:ref>/grants/", tickets.Grants.as_view(), name="grants"),
    path("tickets/<str:ref>/replies/", tickets.StaffReplies.as_view(), name="replies"),
    path("tickets/<str:ref>/declines/", commitments.Declines.as_view(), name="declines"),
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
