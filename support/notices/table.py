"""The notices: one line a kind of activity. The template stands in templates/notices/ and holds subject and words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from support.notices import audiences
from support.notices.audiences import Audience


@dataclass(frozen=True)
class Notice:
    """A mail that follows from a kind of activity: its template, who is told, and what its button opens.

    `opens` is the kind of thing the link leads to and the fact that holds its ref (empty: what the activity is about).
    """

    template: str
    audience: Audience
    opens: tuple[str, str] = ("", "")


NOTICES: Final[Mapping[str, Notice]] = {
    "accounts.member_invited": Notice("member_invited", audiences.the_invited),
    "billing.contract_changed": Notice("contract_changed", audiences.those_who_change_contracts, ("contract", "contract")),
    "billing.terms_changed": Notice("terms_changed", audiences.those_who_change_contracts, ("contract", "contract")),
    "billing.contract_renewed": Notice("contract_renewed", audiences.those_who_change_contracts, ("contract", "contract")),
    "billing.product_ends": Notice("product_ends", audiences.those_who_change_contracts, ("contract", "contract")),
    "billing.coupon_redeemed": Notice("coupon_redeemed", audiences.those_who_change_contracts, ("contract", "")),
    "billing.order_asked": Notice("order_asked", audiences.who_may_approve_orders, ("orders", "customer_number")),
    "billing.order_approved": Notice("order_approved", audiences.who_asked_to_order, ("contract", "contract")),
    "billing.order_refused": Notice("order_refused", audiences.who_asked_to_order, ("contract", "contract")),
    "billing.invoice_issued": Notice("invoice_issued", audiences.those_who_pay, ("document", "")),
    "billing.document_resent": Notice("document_resent", audiences.those_who_pay, ("document", "")),
    "billing.credit_note_issued": Notice("credit_note_issued", audiences.those_who_pay, ("document", "")),
    "billing.payment_succeeded": Notice("payment_succeeded", audiences.who_paid, ("payment", "")),
    "billing.payment_declined": Notice("payment_declined", audiences.who_paid, ("payment", "")),
    "billing.payment_received": Notice("payment_received", audiences.those_who_pay, ("payment", "")),
    "billing.mandate_signed": Notice("mandate_signed", audiences.those_who_pay),
    "billing.method_expiring": Notice("method_expiring", audiences.those_who_pay, ("methods", "customer_number")),
    "billing.autopay_set": Notice("autopay_set", audiences.those_who_pay, ("methods", "customer_number")),
    "billing.autopay_ended": Notice("autopay_ended", audiences.those_who_pay, ("methods", "customer_number")),
    "billing.autopay_skipped": Notice("autopay_skipped", audiences.those_who_pay, ("document", "document")),
    "billing.debit_announced": Notice("debit_announced", audiences.those_who_pay, ("payment", "")),
    "billing.payment_charged_back": Notice("payment_charged_back", audiences.those_who_pay, ("payment", "")),
    "billing.dunning_letter": Notice("dunning_letter", audiences.those_who_pay, ("invoices", "customer_number")),
    "billing.service_restored": Notice("service_restored", audiences.those_who_pay),
    "billing.plan_agreed": Notice("plan_agreed", audiences.those_who_pay, ("invoices", "customer_number")),
    "billing.plan_broken": Notice("plan_broken", audiences.those_who_pay, ("invoices", "customer_number")),
    "billing.dispute_refused": Notice("dispute_refused", audiences.those_who_pay, ("document", "")),
    "billing.refund_made": Notice("refund_made", audiences.those_who_pay, ("payment", "payment")),
    "support.ticket_opened": Notice("ticket_opened", audiences.who_asked_and_who_helps, ("ticket", "")),
    "support.message_sent": Notice("message_sent", audiences.the_other_side, ("ticket", "")),
    "support.chat_missed": Notice("chat_missed", audiences.who_chatted_and_who_helps, ("ticket", "")),
    "support.callback_tried": Notice("callback_tried", audiences.who_wants_a_call, ("ticket", "")),
    "support.ticket_resolved": Notice("ticket_resolved", audiences.who_asked, ("ticket", "")),
    "support.remedy_asked": Notice("remedy_asked", audiences.who_may_approve, ("approvals", "")),
    "support.approval_late": Notice("approval_late", audiences.the_level_named, ("approvals", "")),
    "support.remedy_turned_down": Notice("remedy_turned_down", audiences.who_gave, ("ticket", "ticket")),
    "support.praise_given": Notice("praise_given", audiences.who_is_praised, ("ticket", "")),
    "support.satisfaction_asked": Notice("satisfaction_asked", audiences.the_surveyed, ("ticket", "")),
    "support.ticket_escalated": Notice("ticket_escalated", audiences.the_level_named, ("ticket", "")),
    "support.account_escalated": Notice("account_escalated", audiences.the_level_named),
    "support.conflict_began": Notice("conflict_began", audiences.the_level_named, ("ticket", "")),
    "support.decline_appealed": Notice("decline_appealed", audiences.the_level_named, ("ticket", "")),
    "support.promise_at_risk": Notice("promise_at_risk", audiences.who_promised, ("ticket", "")),
    "support.promise_broken": Notice("promise_broken", audiences.who_promised_and_supervisors, ("ticket", "")),
    "finance.row_written": Notice("row_written", audiences.finance, ("finance", "")),
    "finance.row_answered": Notice("row_answered", audiences.finance, ("finance", "")),
    "finance.row_queried": Notice("row_queried", audiences.who_gave, ("ticket", "ticket")),
}
