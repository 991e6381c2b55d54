"""Addresses of our own people's part of the API."""

from django.urls import path

from backoffice.api import chats, commitments, finance, nodes, tickets

app_name = "staff_api"
urlpatterns = [
    path("nodes/<str:number>/", nodes.Node.as_view(), name="node"),
    path("tickets/", tickets.Queue.as_view(), name="queue"),
    path("tickets/<str:ref>/remedies/", tickets.Remedies.as_view(), name="remedies"),
    path("tickets/<str:ref>/grants/", tickets.Grants.as_view(), name="grants"),
    path("tickets/<str:ref>/replies/", tickets.StaffReplies.as_view(), name="replies"),
    path("tickets/<str:ref>/declines/", commitments.Declines.as_view(), name="declines"),
    path("promises/", commitments.Promises.as_view(), name="promises"),
    path("promises/<int:pk>/closings/", commitments.Closings.as_view(), name="closings"),
    path("presence/", chats.MyPresence.as_view(), name="presence"),
    path("chats/", chats.OpenChats.as_view(), name="chats"),
    path("chats/<int:pk>/pick-ups/", chats.PickUps.as_view(), name="pick_ups"),
    path("chats/<int:pk>/messages/", chats.Words.as_view(), name="chat_messages"),
    path("chats/<int:pk>/hand-overs/", chats.HandOvers.as_view(), name="hand_overs"),
    path("chats/<int:pk>/endings/", chats.Endings.as_view(), name="chat_endings"),
    path("callbacks/", chats.WantedCalls.as_view(), name="callbacks"),
    path("callbacks/<int:pk>/tries/", chats.Tries.as_view(), name="call_tries"),
    path("callbacks/<int:pk>/calls/", chats.CallsMade.as_view(), name="calls_made"),
    path("approvals/", tickets.Approvals.as_view(), name="approvals"),
    path("approvals/<int:pk>/decisions/", tickets.Decisions.as_view(), name="decisions"),
    path("finance/rows/", finance.Feed.as_view(), name="feed"),
    path("finance/rows/<int:pk>/acknowledgements/", finance.Acknowledgements.as_view(), name="acknowledgements"),
    path("finance/rows/<int:pk>/questions/", finance.Questions.as_view(), name="questions"),
    path("finance/rows/<int:pk>/answers/", finance.Answers.as_view(), name="answers"),
    path("grants/<str:ref>/reversals/", finance.Reversals.as_view(), name="reversals"),
    path("finance/tie-outs/", finance.TieOuts.as_view(), name="tie_outs"),
]
