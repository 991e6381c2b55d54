"""The notices: one line a kind of activity. The template stands in templates/notices/ and holds subject and words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from support.notices import audiences, groups
from support.notices.audiences import Audience


@dataclass(frozen=True)
class Notice:
    """A mail that follows from a kind of activity: its template, who is told, what its button opens, and with what it is chosen.

    `opens` is the kind of thing the link leads to and the fact that holds its ref (empty: what the activity is about). `group` is
    one of groups.GROUPS. `quotes` is the fact that holds what somebody wrote freely: it is quoted below our words (foreign.py).
    """

    template: str
    audience: Audience
    opens: tuple[str, str] = ("", "")
    group: str = groups.CONTRACTS
    quotes: str = ""


NOTICES: Final[Mapping[str, Notice]] = {
    "accounts.member_invited": Notice("member_invited", audiences.the_invited, group=groups.SECURITY),
    "accounts.change_requested": Notice(
        "change_requested", audiences.who_may_decide_on_the_change, ("details", "customer_number")
    ),
    "accounts.change_overdue": Notice("change_overdue", audiences.who_is_late_with_the_change, ("details", "customer_number")),
    "accounts.change_approved": Notice("change_approved", audiences.who_asked_for_the_change, ("details", "customer_number")),
    "accounts.change_refused": Notice(
        "change_refused", audiences.who_asked_for_the_change, ("details", "customer_number"), quotes="note"
    ),
    "accounts.provider_changed": Notice("provider_changed", audiences.the_other_administrators, group=groups.SECURITY),
    "accounts.provider_put_to_use": Notice("provider_put_to_use", audiences.the_other_administrators, group=groups.SECURITY),
    "accounts.webhook_disabled": Notice(
        "webhook_disabled", audiences.who_manage_people, ("webhooks", "customer_number"), group=groups.SECURITY
    ),
    "billing.contract_changed": Notice("contract_changed", audiences.those_who_change_contracts, ("contract", "contract")),
    "billing.terms_changed": Notice(
        "terms_changed", audiences.those_who_change_contracts, ("contract", "contract"), group=groups.LEGAL
    ),
    "billing.contract_renewed": Notice(
        "contract_renewed", audiences.those_who_change_contracts, ("contract", "contract"), group=groups.LEGAL
    ),
    "billing.product_ends": Notice(
        "product_ends", audiences.those_who_change_contracts, ("contract", "contract"), group=groups.LEGAL
    ),
    "billing.coupon_redeemed": Notice("coupon_redeemed", audiences.those_who_change_contracts, ("contract", "")),
    "billing.order_asked": Notice("order_asked", audiences.who_may_approve_orders, ("orders", "customer_number")),
    "billing.order_approved": Notice("order_approved", audiences.who_asked_to_order, ("contract", "contract")),
    "billing.order_refused": Notice("order_refused", audiences.who_asked_to_order, ("contract", "contract"), quotes="note"),
    "billing.credit_order_asked": Notice("credit_order_asked", audiences.who_may_approve, ("approvals", ""), group=groups.WORK),
    "billing.credit_order_approved": Notice(
        "credit_order_approved", audiences.who_ordered_credit, ("credit", "customer_number"), group=groups.WORK
    ),
    "billing.credit_order_refused": Notice(
        "credit_order_refused", audiences.who_ordered_credit, ("credit", "customer_number"), group=groups.WORK, quotes="note"
    ),
    "billing.credit_order_late": Notice(
        "credit_order_late", audiences.who_may_approve_late_credit, ("approvals", ""), group=groups.WORK
    ),
    "billing.order_step_done": Notice(
        "order_step_done", audiences.those_who_change_contracts, ("contract", "contract"), quotes="note"
    ),
    "billing.order_fulfilled": Notice(
        "order_fulfilled", audiences.those_who_change_contracts, ("contract", "contract"), quotes="note"
    ),
    "billing.order_step_reopened": Notice(
        "order_step_reopened", audiences.those_who_change_contracts, ("contract", "contract"), quotes="note"
    ),
    "billing.invoice_issued": Notice("invoice_issued", audiences.those_who_pay, ("document", ""), group=groups.LEGAL),
    "billing.document_resent": Notice("document_resent", audiences.those_who_pay, ("document", ""), group=groups.LEGAL),
    "billing.credit_note_issued": Notice("credit_note_issued", audiences.those_who_pay, ("document", ""), group=groups.LEGAL),
    "billing.payment_succeeded": Notice("payment_succeeded", audiences.who_paid, ("payment", ""), group=groups.PAYMENTS),
    "billing.payment_declined": Notice("payment_declined", audiences.who_paid, ("payment", ""), group=groups.PAYMENTS),
    "billing.payment_received": Notice("payment_received", audiences.those_who_pay, ("payment", ""), group=groups.PAYMENTS),
    "billing.mandate_signed": Notice("mandate_signed", audiences.those_who_pay, group=groups.LEGAL),
    "billing.method_expiring": Notice(
        "method_expiring", audiences.those_who_pay, ("methods", "customer_number"), group=groups.PAYMENTS
    ),
    "billing.autopay_set": Notice("autopay_set", audiences.those_who_pay, ("methods", "customer_number"), group=groups.PAYMENTS),
    "billing.autopay_ended": Notice(
        "autopay_ended", audiences.those_who_pay, ("methods", "customer_number"), group=groups.PAYMENTS
    ),
    "billing.autopay_skipped": Notice(
        "autopay_skipped", audiences.those_who_pay, ("document", "document"), group=groups.PAYMENTS
    ),
    "billing.debit_announced": Notice("debit_announced", audiences.those_who_pay, ("payment", ""), group=groups.LEGAL),
    "billing.payment_charged_back": Notice("payment_charged_back", audiences.those_who_pay, ("payment", ""), group=groups.LEGAL),
    "billing.dunning_letter": Notice(
        "dunning_letter", audiences.those_who_pay, ("invoices", "customer_number"), group=groups.LEGAL
    ),
    "billing.service_restored": Notice("service_restored", audiences.those_who_pay, group=groups.LEGAL),
    "billing.plan_agreed": Notice("plan_agreed", audiences.those_who_pay, ("invoices", "customer_number"), group=groups.LEGAL),
    "billing.plan_broken": Notice("plan_broken", audiences.those_who_pay, ("invoices", "customer_number"), group=groups.LEGAL),
    "billing.dispute_refused": Notice(
        "dispute_refused", audiences.those_who_pay, ("document", ""), group=groups.LEGAL, quotes="reason"
    ),
    "billing.refund_made": Notice(
        "refund_made", audiences.those_who_pay, ("payment", "payment"), group=groups.PAYMENTS, quotes="reason"
    ),
    "billing.refund_came_back": Notice(
        "refund_came_back", audiences.those_who_pay, ("payment", "payment"), group=groups.PAYMENTS
    ),
    "support.ticket_opened": Notice("ticket_opened", audiences.who_asked_and_who_helps, ("ticket", ""), group=groups.TICKETS),
    "support.ticket_raised_for": Notice(
        "ticket_raised_for", audiences.for_whom_it_was_raised, ("ticket", ""), group=groups.TICKETS
    ),
    "support.message_sent": Notice("message_sent", audiences.the_other_side, ("ticket", ""), group=groups.TICKETS),
    "support.ticket_resolved": Notice("ticket_resolved", audiences.who_asked, ("ticket", ""), group=groups.TICKETS),
    "support.remedy_asked": Notice("remedy_asked", audiences.who_may_approve, ("approvals", ""), group=groups.WORK),
    "support.approval_late": Notice("approval_late", audiences.who_may_approve_late, ("approvals", ""), group=groups.WORK),
    "support.substitute_named": Notice(
        "substitute_named", audiences.who_stands_in_and_for_whom, ("approvals", ""), group=groups.WORK
    ),
    "support.substitute_ended": Notice(
        "substitute_ended", audiences.who_stands_in_and_for_whom, ("approvals", ""), group=groups.WORK
    ),
    "support.remedy_turned_down": Notice(
        "remedy_turned_down", audiences.who_gave, ("ticket", "ticket"), group=groups.WORK, quotes="note"
    ),
    "support.praise_given": Notice("praise_given", audiences.who_is_praised_and_who_leads, ("ticket", ""), group=groups.WORK),
    "support.satisfaction_asked": Notice("satisfaction_asked", audiences.the_surveyed, ("ticket", ""), group=groups.SURVEYS),
    "support.ticket_escalated": Notice("ticket_escalated", audiences.the_level_named, ("ticket", ""), group=groups.WORK),
    "support.account_escalated": Notice("account_escalated", audiences.the_level_named, group=groups.WORK, quotes="reason"),
    "support.customer_silent": Notice("customer_silent", audiences.who_is_to_call, ("customer", "number"), group=groups.WORK),
    "accounts.stage_task_opened": Notice("customer_stuck", audiences.who_is_to_call, ("customer", "number"), group=groups.WORK),
    "support.conflict_began": Notice("conflict_began", audiences.the_level_named, ("ticket", ""), group=groups.WORK),
    "support.decline_appealed": Notice("decline_appealed", audiences.who_decides_the_appeal, ("ticket", ""), group=groups.WORK),
    "support.promise_at_risk": Notice("promise_at_risk", audiences.who_promised, ("ticket", ""), group=groups.WORK),
    "support.promise_broken": Notice("promise_broken", audiences.who_promised_and_supervisors, ("ticket", ""), group=groups.WORK),
    "support.note_added": Notice("mentioned", audiences.who_is_mentioned, ("ticket", ""), group=groups.WORK),
    "support.lead_handed": Notice("lead_handed", audiences.whose_lead_it_is, ("ticket", ""), group=groups.WORK),
    "support.lead_ended": Notice("lead_ended", audiences.who_handed_a_lead, ("ticket", ""), group=groups.WORK, quotes="words"),
    "support.lead_late": Notice("lead_late", audiences.who_is_late_with_a_lead, ("ticket", ""), group=groups.WORK),
    "finance.row_written": Notice("row_written", audiences.finance, ("finance", ""), group=groups.WORK),
    "finance.money_came_back": Notice("money_came_back", audiences.finance, ("billing_desk", ""), group=groups.WORK),
    "finance.row_answered": Notice("row_answered", audiences.finance, ("finance", ""), group=groups.WORK, quotes="answer"),
    "finance.row_queried": Notice("row_queried", audiences.who_gave, ("ticket", "ticket"), group=groups.WORK, quotes="question"),
    "support.topic_alarm": Notice("topic_alarm", audiences.the_level_named, ("problem", ""), group=groups.WORK),
    "support.chat_missed": Notice("chat_missed", audiences.who_chatted_and_who_helps, ("ticket", ""), group=groups.TICKETS),
    "support.chat_left": Notice("chat_left", audiences.who_left_the_chat, ("ticket", ""), group=groups.TICKETS),
    "support.chat_ended": Notice("chat_ended", audiences.who_is_beside_the_chat, ("ticket", ""), group=groups.TICKETS),
    "support.callback_tried": Notice("callback_tried", audiences.who_wants_a_call, ("ticket", ""), group=groups.TICKETS),
}
