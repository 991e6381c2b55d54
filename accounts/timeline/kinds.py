"""What can happen to a customer: every kind of activity, how it reads, and who is told.

A label is a sentence with the activity's facts in braces; `{ref}` is always there (the ref of what it is about). An
activity that lacks a fact its label speaks of is refused when it is recorded. Amounts stand in facts as text fit to
print ("EUR 120.00"). `readers` are the names under which accounts/timeline/delivery.py knows its handlers.
"""

from dataclasses import dataclass
from string import Formatter
from typing import Final

NOTICE: Final = ("notice",)
QUALITY: Final = ("quality", "segments")
SEGMENTS: Final = ("segments",)


@dataclass(frozen=True)
class Kind:
    """One kind of activity: its sentence, the icon beside it, and the readers that are told after commit."""

    label: str
    icon: str
    readers: tuple[str, ...] = ()

    @property
    def facts(self) -> frozenset[str]:
        """The facts its sentence speaks of."""
        return frozenset(name for _, name, _, _ in Formatter().parse(self.label) if name) - {"ref"}


KINDS: Final[dict[str, Kind]] = {
    "accounts.customer_added": Kind("{name} was added", "plus", QUALITY),
    "accounts.customer_changed": Kind("Details changed: {changed}", "edit", QUALITY),
    "accounts.customer_merged": Kind("{retired} was merged into {survivor}", "organisation"),
    "accounts.merge_undone": Kind("{retired} is no longer merged into {survivor}", "undo"),
    "accounts.merge_asked": Kind("{retired} is to be merged into {survivor}", "clock"),
    "accounts.merge_refused": Kind("{retired} is not merged into {survivor}: {reason}", "close"),
    "accounts.details_confirmed": Kind("{email} confirmed the details", "check"),
    "accounts.import_decided": Kind("The staged import {name} was {outcome}", "download"),
    "accounts.change_requested": Kind("A change was asked for: {what}, from {day}", "edit"),
    "accounts.change_approved": Kind("A change was approved: {what}, from {day}", "check"),
    "accounts.change_refused": Kind("A change was refused: {what}", "close"),
    "accounts.change_withdrawn": Kind("A change was withdrawn: {what}", "undo"),
    "accounts.not_a_duplicate": Kind("{a} and {b} are not one", "check"),
    "accounts.customer_moved": Kind("Moved from {from_name} to {to_name}", "organisation", SEGMENTS),
    "accounts.customer_imported": Kind("{name} was imported", "download"),
    "accounts.responsible_changed": Kind("{responsible} {role} from {since}", "payment"),
    "accounts.member_invited": Kind("{email} was invited as {role}", "person", NOTICE),
    "accounts.member_joined": Kind("{email} became {role} through a merge", "person"),
    "accounts.member_revoked": Kind("{email} is no longer {role}", "person"),
    "accounts.writer_admitted": Kind("{email} wrote to us for the first time", "mail"),
    "accounts.member_denied": Kind("{email} may no longer see this", "person"),
    "accounts.order_limit_set": Kind("How much {email} may order alone was set", "person"),
    "accounts.api_key_made": Kind("The program {name} got a key: {scopes}", "person"),
    "accounts.api_key_revoked": Kind("The key of the program {name} was revoked", "person"),
    "accounts.staff_appointed": Kind("{email} works for us as {level}", "person"),
    "accounts.policy_acknowledged": Kind("{email} acknowledged the policy", "policy"),
    "accounts.version_acknowledged": Kind("{email} acknowledged {policy}", "policy"),
    "accounts.policy_defined": Kind("The policy {policy} was defined: {name}", "policy"),
    "accounts.policy_published": Kind("{policy} was published, in force from {since}", "policy"),
    "accounts.policy_binding_asked": Kind("{policy} is to hold for {where} from {since}", "policy"),
    "accounts.policy_bound": Kind("{policy} holds for {where} from {since}", "policy"),
    "accounts.policy_unbound": Kind("{policy} no longer holds for {where}", "policy"),
    "accounts.exception_asked": Kind("An exception is asked for: {what}, until {until}", "policy"),
    "accounts.exception_approved": Kind("An exception holds: {what}, until {until}", "policy"),
    "accounts.segment_defined": Kind("The segment {name} was defined", "people"),
    "accounts.segment_entered": Kind("Is now {segment}", "people"),
    "accounts.segment_left": Kind("Is no longer {segment}", "people"),
    "accounts.key_account_asked": Kind("Is to be a key account from {since}: {criteria}", "person"),
    "accounts.key_account_approved": Kind("Is a key account from {since}: {criteria}", "person"),
    "accounts.key_account_ended": Kind("Is no longer a key account", "person"),
    "accounts.condition_asked": Kind("A condition is asked for: {what} from {since}", "contract"),
    "accounts.condition_approved": Kind("A condition holds: {what} from {since}", "contract"),
    "accounts.condition_ended": Kind("A condition ended: {what}", "contract"),
    "accounts.stage_entered": Kind("Entered the stage {stage}: {why}", "trend-flat"),
    "accounts.stage_stuck": Kind("Is stuck in the stage {stage}: {why}", "flag"),
    "accounts.kind_defined": Kind("The kind {label} was defined", "organisation"),
    "accounts.signed_in": Kind("Signed in", "person"),
    "billing.seller_defined": Kind("Seller {seller}: {changed}", "edit"),
    "billing.contract_signed": Kind("Contract {ref} was signed", "contract"),
    "billing.contract_changed": Kind("{ref}: {change}", "edit", NOTICE),
    "billing.change_undone": Kind("{ref}: a change was undone: {change}", "undo"),
    "billing.terms_changed": Kind("{contract} has new terms from {on}: {change}", "contract", NOTICE),
    "billing.contract_renewed": Kind("{contract} goes on for another term, until {until}", "contract", NOTICE),
    "billing.renewal_blocked": Kind("{product} is not renewed and ends on {on}", "close"),
    "billing.product_ends": Kind("{subject} is given up and ends on {on}", "flag", NOTICE),
    "billing.price_differed": Kind("Quote and invoice differ, nothing was changed: {why}", "flag"),
    "billing.coupon_redeemed": Kind("{ref}: coupon {coupon}, {what}", "tag", NOTICE),
    "billing.coupon_ended": Kind("{ref}: coupon {coupon} ends on {on}", "close"),
    "billing.tax_rate_defined": Kind("Value added tax in {country}: {rate} % from {since}", "edit"),
    "billing.order_asked": Kind("{who} asks to order for {amount}", "contract", NOTICE),
    "billing.order_approved": Kind("{who} approved an order for {amount}", "check", NOTICE),
    "billing.order_refused": Kind("{who} refused an order for {amount}: {note}", "flag", NOTICE),
    "billing.invoice_issued": Kind("Invoice {ref} was issued: {amount}", "invoice", NOTICE),
    "billing.invoice_imported": Kind("Invoice {ref} was imported: {amount}", "download"),
    "billing.credit_note_issued": Kind("Credit note {ref} was issued: {amount}", "invoice", NOTICE),
    "billing.payment_started": Kind("Payment {ref} was started: {amount}", "payment"),
    "billing.payment_succeeded": Kind("Payment {ref} succeeded: {amount}", "payment", NOTICE),
    "billing.payment_declined": Kind("Payment {ref} was declined: {reason}", "payment", NOTICE),
    "billing.payment_unknown": Kind("Payment {ref} has no answer yet: {amount}", "payment"),
    "billing.refund_made": Kind("Refund {ref}: {amount}", "payment", NOTICE),
    "billing.written_off": Kind("{amount} of invoice {ref} was written off: {reason}", "flag"),
    "billing.payment_received": Kind("Payment {ref} was received: {amount}", "payment", NOTICE),
    "billing.payment_undone": Kind("Payment {ref} of {amount} was undone", "undo"),
    "billing.dunning_step_set": Kind("A step of the ladder for unpaid invoices was set: {step}", "edit"),
    "billing.dunning_step_taken": Kind("Invoice {ref}: {step}, {amount} due since {due_on}", "flag"),
    "billing.dunning_letter": Kind("We wrote about {amount} that are overdue", "mail", NOTICE),
    "billing.dunning_paused": Kind("Invoice {ref} rests until {until}: {reason}", "clock"),
    "billing.dunning_resumed": Kind("Invoice {ref} no longer rests", "undo"),
    "billing.payment_promised": Kind("Invoice {ref} will be paid on {day}", "clock"),
    "billing.service_restored": Kind("Everything works again for {name}", "check", NOTICE),
    "billing.plan_agreed": Kind("{amount} will be paid in {count} parts from {first_on}", "contract", NOTICE),
    "billing.plan_kept": Kind("The payment plan over {amount} was kept", "check"),
    "billing.plan_broken": Kind("The payment plan over {amount} was not kept", "flag", NOTICE),
    "billing.dispute_raised": Kind("{line} on {ref} is in dispute: {amount}", "flag"),
    "billing.dispute_upheld": Kind("{line} on {ref} was wrong and is credited", "check"),
    "billing.dispute_refused": Kind("{line} on {ref} is right: {reason}", "close", NOTICE),
    "billing.dispute_withdrawn": Kind("The dispute of {line} on {ref} was taken back", "undo"),
    "billing.statement_imported": Kind("Bank statement {file} was imported: {lines} new lines", "download"),
    "billing.bank_line_settled": Kind("Bank line {ref} of {amount}: {outcome}", "payment"),
    "billing.transfer_told": Kind("The transfer of {amount} for {ref}: {outcome}", "payment"),
    "billing.mandate_signed": Kind("Direct debit mandate {ref} was signed for {account}", "contract", NOTICE),
    "billing.mandate_revoked": Kind("Direct debit mandate {ref} was revoked", "close"),
    "billing.debit_announced": Kind("{amount} will be collected on {on} under mandate {mandate}", "payment", NOTICE),
    "billing.debit_file_made": Kind("Direct debit file {ref} was made: {debits} debits, {amount}", "download"),
    "billing.payment_charged_back": Kind("{amount} of payment {ref} was charged back", "flag", NOTICE),
    "billing.charge_back_reversed": Kind("{amount} of payment {ref} came back after a charge-back", "payment"),
    "billing.finding_made": Kind("Billing error found: {ref}", "flag"),
    "billing.finding_settled": Kind("Billing error {ref} was settled", "check"),
    "billing.run_finished": Kind("Invoice run finished: {documents} documents", "check"),
    "billing.hold_released": Kind("Held documents of {amount} were released: {reason}", "check"),
    "billing.hold_discarded": Kind("Held documents of {amount} were discarded: {reason}", "undo"),
    "support.mail_bounced": Kind("A mail to {email} did not arrive: {subject}", "mail"),
    "support.ticket_opened": Kind("Ticket {ref} was opened: {subject}", "tag", NOTICE),
    "support.message_sent": Kind("{ref}: a message was sent", "chat", NOTICE),
    "support.note_added": Kind("{ref}: an internal note was added", "note"),
    "support.ticket_assigned": Kind("{ref} is with {agent}", "person"),
    "support.ticket_resolved": Kind("Ticket {ref} was resolved", "check", NOTICE),
    "support.ticket_reopened": Kind("Ticket {ref} was reopened", "tag"),
    "support.ticket_declined": Kind("{ref}: declined, {reason}", "close"),
    "support.decline_appealed": Kind("{ref}: the customer appeals against a no", "flag", NOTICE),
    "support.ticket_escalated": Kind("{ref} took step {step} of the ladder: {why}", "flag", NOTICE),
    "support.account_escalated": Kind("{name} is escalated: {reason}", "flag", NOTICE),
    "support.account_calmed": Kind("{name} is no longer escalated", "check"),
    "support.conflict_began": Kind("{ref}: in conflict, {speaker} speaks for us", "flag", NOTICE),
    "support.conflict_ended": Kind("{ref}: the conflict ended", "check"),
    "support.promise_made": Kind("{ref}: promised {what} by {due}", "clock"),
    "support.promise_at_risk": Kind("{ref}: the promise {what} is due {due}", "clock", NOTICE),
    "support.promise_broken": Kind("{ref}: the promise {what} was not kept by {due}", "flag", NOTICE),
    "support.promise_closed": Kind("{ref}: the promise {what} is {state}", "check"),
    "support.service_level_set": Kind("Service levels, {what}: {name}", "clock"),
    "support.decline_reason_set": Kind("Reason to decline: {label}", "edit"),
    "support.remedy_granted": Kind("{ref}: {remedy}, {amount}", "remedy"),
    "support.remedy_asked": Kind("{ref}: {remedy} of {amount} waits for approval", "clock", NOTICE),
    "support.remedy_approved": Kind("{ref}: {remedy} of {amount} was approved", "check"),
    "support.remedy_turned_down": Kind("{ref}: {remedy} of {amount} was turned down", "close", NOTICE),
    "support.authority_set": Kind("{holder} may give {per_ticket} a ticket and {per_day} a day", "key"),
    "support.praise_given": Kind("Praise on {ref}", "praise", NOTICE),
    "support.deflected": Kind("An answer helped: {article}", "knowledge"),
    "finance.row_written": Kind("{ref} is in front of finance: {amount}", "finance", NOTICE),
    "finance.row_acknowledged": Kind("{ref} was acknowledged by finance", "check"),
    "finance.row_queried": Kind("Finance asks about {ref}: {question}", "help", NOTICE),
}
