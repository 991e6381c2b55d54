"""The REST API: programs by key, signed-in people by session, nobody else; JSON only, described by OpenAPI."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "window.api.doors.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated", "window.api.doors.WithinScope"],
    "DEFAULT_THROTTLE_CLASSES": ["window.api.doors.PerPerson"],
    "DEFAULT_THROTTLE_RATES": {"person": "600/min"},
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "window.api.errors.answer",
    "COERCE_DECIMAL_TO_STRING": True,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Accord",
    "DESCRIPTION": (
        "Everything the screens do, with the same checks. A program sends `Authorization: Bearer <key>`; keys are made by an"
        " administrator of a customer, for that customer and all below it. Amounts are decimal strings with their currency,"
        " days are the customer's own, moments are UTC. Lists answer `next` and `previous`. A request that is sent again with"
        " the same `Idempotency-Key` is done once. What is not yours is answered like what does not exist: 404."
    ),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "FeedbackKind": "support.voice.models.Feedback.Kind",
        "MembershipRole": "accounts.people.models.Membership.Role",
        "MembershipScope": "accounts.people.models.Membership.Scope",
        "PaymentScope": "billing.payments.models.PaymentMethod.Scope",
        "DocumentKind": "billing.invoices.models.Document.Kind",
        "TicketKind": "support.tickets.models.Ticket.Kind",
        "TicketStatus": "support.tickets.models.Ticket.Status",
        "PaymentStatus": "billing.payments.models.Payment.Status",
        "GrantStatus": "support.remedies.models.Grant.Status",
        "ApprovalStatus": "support.remedies.models.Approval.Status",
        "CreditOrderStatus": "billing.invoices.models.CreditOrder.Status",
        "FeedStatus": "support.remedies.models.FeedRow.Status",
        "ChatState": "support.channels.chat.models.Chat.State",
        "ChatPresence": "support.channels.chat.models.Presence.State",
        "CallBackState": "support.channels.models.CallBack.State",
        "QuoteStatus": "billing.amendments.models.Quote.Status",
        "DetailChangeKind": "accounts.quality.models.ChangeRequest.What",
        "DetailChangeStatus": "accounts.quality.models.ChangeRequest.Status",
        "SplitStatus": "accounts.quality.split_models.Split.Status",
        "NoticeWay": "support.notices.models.Way",
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "window.api.described.every_refusal",
    ],
}
