"""One of everything an address of the portal can name, at the Berlin site of the Helios tree."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.urls import reverse
from django.utils import timezone

from accounts.customers.models import Customer
from accounts.customers.relation_models import Relation
from accounts.days import local_day
from accounts.people import invitations, keys
from accounts.people.models import ApiKey, Membership
from accounts.quality.models import ChangeRequest
from accounts.single_sign_on.models import SignInProvider
from accounts.webhooks import endpoints
from accounts.webhooks.models import WebhookEndpoint
from billing.amendments import applying, quoting
from billing.amendments.bulk import carrying, working
from billing.amendments.bulk.models import BulkChange
from billing.amendments.models import OrderApproval, Quote
from billing.anomalies import finding as findings
from billing.anomalies.models import Finding
from billing.contracts import events
from billing.contracts.models import ContractEvent, Subscription
from billing.dunning import disputes
from billing.dunning.models import Dispute
from billing.invoices.models import Document
from billing.payments import autopay, methods
from billing.payments.models import Payment, PaymentMethod
from billing.payments.sepa import mandates
from billing.payments.sepa.models import Mandate
from support.channels import files
from support.channels.chat.models import Chat
from support.channels.models import Attachment, CallBack
from support.knowledge.models import Article
from support.offers.models import Offer
from support.tickets.models import Ticket
from tests.factories import billing, offers, payments, people, single_sign_on, support
from tests.factories.customers import Helios, helios
from tests.factories.relations import raised, serves

ONE_PROVIDER = ("sign_in_provider", "sign_in_terms", "sign_in_uses", "sign_in_domains", "sign_in_administrators")
ONE_WEBHOOK = (
    "webhook", "webhook_secrets", "webhook_removals", "webhook_activations", "webhook_trials", "webhook_redeliveries",
)  # fmt: skip
LONG_AGO = datetime(2024, 1, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Subject:
    """What addresses name."""

    tree: Helios
    subscription: Subscription
    event: ContractEvent
    quote: Quote
    invoice: Document
    payment: Payment
    ticket: Ticket
    membership: Membership
    article: Article
    key: ApiKey
    approval: OrderApproval
    orderer: Membership
    request: ChangeRequest
    file: Attachment
    mandate: Mandate
    method: PaymentMethod
    dispute: Dispute
    finding: Finding
    offer: Offer
    webhook: WebhookEndpoint
    callback: CallBack
    bulk: BulkChange
    provider: SignInProvider
    relation: Relation
    shared: Ticket

    def address(self, route: str) -> str:
        """Return the address of `route` that names what stands here."""
        keys: dict[str, list[Any]] = {
            "invoice": [self.invoice.ref],
            "invoice_pdf": [self.invoice.ref],
            "einvoice": [self.invoice.ref, "ubl"],
            "payment_promises": [self.invoice.ref],
            "settlements": [self.finding.ref],
            "dispute_withdrawals": [self.dispute.pk],
            "payment": [self.payment.ref],
            "receipt": [self.payment.ref],
            "kept_answers": [self.payment.ref],
            "payment_checks": [self.payment.ref],
            "payment_abandonments": [self.payment.ref],
            "contract": [self.subscription.contract.ref],
            "terms": [self.subscription.contract.ref],
            "term_signatures": [self.subscription.contract.ref],
            "change": [self.subscription.ref],
            "quotes": [self.subscription.ref],
            "quote": [self.quote.pk],
            "quote_file": [self.quote.pk],
            "bulk_change": [self.bulk.pk],
            "bulk_previews": [self.bulk.pk],
            "bulk_applications": [self.bulk.pk],
            "bulk_sheet": [self.bulk.pk],
            "usage_sheet": [self.subscription.ref],
            "applications": [self.quote.pk],
            "undos": [self.event.pk],
            "ticket": [self.ticket.ref],
            "replies": [self.ticket.ref],
            "callback_withdrawals": [self.callback.pk],
            **dict.fromkeys(["chat", "chat_state", "chat_messages", "chat_signs", "chat_endings"], [self.ticket.ref]),
            **dict.fromkeys(["praises", "praise_sharing", "ticket_fields"], [self.ticket.ref]),
            "served_tickets": [self.tree.berlin.number, self.relation.pk],
            "shared_ticket": [self.shared.ref],
            "shared_replies": [self.shared.ref],
            "attachment": [self.file.pk],
            "appeals": [self.ticket.ref],
            "change_decisions": [self.request.pk],
            "change_withdrawals": [self.request.pk],
            "orders": [self.subscription.contract.ref],
            "offer_acceptances": [self.tree.berlin.number, self.offer.code],
            "offer_refusals": [self.tree.berlin.number, self.offer.code],
            "order_decisions": [self.approval.pk],
            "export": [uuid4()],  # of nobody: whose it is, tests/portal/test_privacy.py asks
            "order_limits": [self.tree.berlin.number, self.orderer.pk],
            "revocations": [self.tree.berlin.number, self.membership.pk],
            "method_defaults": [self.method.pk],
            "method_checks": [self.method.pk],
            "method_removals": [self.method.pk],
            "method_replacements": [self.method.pk],
            "mandate_revocations": [self.tree.berlin.number, self.mandate.pk],
            **{name: [self.tree.berlin.number, self.webhook.pk] for name in ONE_WEBHOOK},
            **dict.fromkeys(ONE_PROVIDER, [self.tree.berlin.number, self.provider.ref]),
            **dict.fromkeys(("domain_verifications", "domain_releases"), self._of_provider("domains")),
            "administrator_removals": self._of_provider("named_administrators"),
            **dict.fromkeys(("key_revocations", "key_adoptions"), [self.tree.berlin.number, self.key.pk]),
        }
        return reverse(f"portal:{route}", args=keys.get(route, [self.tree.berlin.number]))

    def _of_provider(self, kept: str) -> list[Any]:
        """Return what names the one domain, or the one administrator, of the provider."""
        return [self.tree.berlin.number, self.provider.ref, getattr(self.provider, kept).order_by("pk")[0].pk]

    @property
    def today(self) -> date:
        """The day it is in Berlin."""
        return local_day(timezone.now(), self.tree.berlin.timezone)

    def form(self, route: str) -> dict[str, Any]:
        """Return what a person would send to `route`."""
        forms: dict[str, dict[str, Any]] = {
            "members": {"email": "new@helios.example", "role": "reader", "scope": "node"},
            "orders": {
                "plan": "PRO", "quantity": 1, "customer": self.tree.berlin.number,
                "since": self.today + timedelta(days=1),
            },
            "change_requests": {"what": "legal_name", "legal_name": "Helios Berlin GmbH"},
            "change_decisions": {"decision": "refuse", "note": "No."},
            "order_decisions": {"decision": "refuse", "note": "No."},
            "order_limits": {"limit": "50.00"},
            "mandates": {"seller": "accord", "holder": "Berlin", "iban": "NL91ABNA0417164300", "agreed": "on"},
            "methods": {"number": "4242424242424242", "expiry": "12/39", "scope": "node"},
            "method_replacements": {"number": "4242424242424242", "expiry": "12/39"},
            "autopay": {"scope": "node", "day": 5},
            "notices": {
                **{f"everywhere_{group}": "mail" for group in ("contracts", "payments", "tickets", "surveys")},
                "digest_at": "07:00", "digest_on": 0,
            },
            "webhooks": {"url": "https://erp.example/hooks", "topics": ["invoices"]},
            "programs": {"name": "ERP", "scopes": ["read"]},
            "sign_in": {
                "protocol": "openid", "name": "Berlin ID", "issuer": "https://id.berlin.example", "client_id": "berlin",
                "secret": "s3cret", "joins_as": "reader",
            },
            "sign_in_terms": {
                "protocol": "openid", "name": "Berlin ID", "issuer": self.provider.issuer, "client_id": "accord",
                "joins_as": "reader",
            },
            "sign_in_uses": {"use": "enforced"},
            "sign_in_domains": {"name": "another.example"},
            "payments": {
                "documents": self.invoice.ref, "method": "another", "number": "4242424242424242", "expiry": "12/39",
                "confirmed": self.invoice.open_minor, "key": uuid4(),
            },
            "kept_answers": {"answer": "keep"},
            "bulk_changes": {},
            "bulk_applications": {"rows": [f"{row.number}:{row.quote_id}" for row in self.bulk.rows.all()]},
            "payment_promises": {"pay_on": self.today + timedelta(days=3)},
            "payment_plans": {"documents": [self.invoice.ref], "count": 2, "first_on": self.today},
            "quotes": {"what": "set_quantity", "quantity": 7, "effective": "now"},
            "tickets": {"subject": "A question", "text": "How?", "kind": "other", "key": uuid4()},
            "replies": {"text": "One more thing", "key": uuid4()},
            "served_tickets": {"subject": "More seats", "text": "How?", "kind": "other", "key": uuid4()},
            "shared_replies": {"text": "One more thing", "key": uuid4()},
            "chats": {"subject": "A question", "text": "How?", "key": uuid4()},
            "chat_messages": {"text": "One more thing", "key": uuid4()},
            "praises": {"words": "Thanks"},
            "feedback": {"kind": "idea", "words": "Darker nights.", "key": uuid4()},
            "appeals": {"words": ""},
            "deflections": {"article": self.article.ref, "question": "How?", "key": uuid4()},
        }  # fmt: skip
        return forms.get(route, {})


def make() -> Subject:
    """Make one of everything."""
    tree = helios()
    administrator = people.administrator(tree.group)
    today = local_day(timezone.now(), tree.berlin.timezone)
    subscription = billing.subscribed(tree.berlin, quantity=3, on=date(2024, 1, 1), at=LONG_AGO)
    event = events.add(
        actor=None, subscription=subscription, what="set_quantity", effective_on=today + timedelta(days=90),
        at=timezone.now(), quantity=5,
    )  # fmt: skip
    other = billing.subscribed(tree.berlin, quantity=2, on=date(2024, 1, 1), at=LONG_AGO)
    change = quoting.Change(what="set_quantity", quantity=4, effective="next_period")
    orderer = people.joins(people.person(), tree.berlin)
    invitations.limit_orders(actor=None, membership=orderer, limit_minor=0, at=LONG_AGO)
    asked = quoting.quote(
        actor=orderer.user, subscription=other, change=quoting.Change("set_quantity", quantity=9), at=timezone.now(), today=today
    )
    applying.apply(actor=orderer.user, token=asked.pk, at=timezone.now(), today=today)
    ticket = _with_a_chat(support.ticket(tree.berlin, by=people.member(tree.berlin)))
    paid = billing.invoice(tree.berlin, 100, on=date(2024, 2, 1))
    files.attach(ticket.messages.get(), [files.File("scan.pdf", b"%PDF-1.7")])
    disputed = billing.invoice(tree.berlin, 700, on=date(2024, 3, 1)).lines.select_related("document__customer").get()
    relation = serves(tree.berlin)
    return Subject(
        tree=tree,
        relation=relation,
        shared=raised(relation),
        subscription=subscription,
        event=event,
        quote=quoting.quote(actor=administrator, subscription=other, change=change, at=timezone.now(), today=today),
        invoice=billing.invoice(tree.berlin, 4200, on=date(2024, 3, 1)),
        payment=payments.pay(tree.berlin, paid),
        ticket=ticket,
        file=Attachment.objects.get(),
        finding=findings.find_for([support.billed_twice(tree.berlin).customer], at=timezone.now())[0],
        callback=CallBack.objects.create(
            ticket=ticket,
            person=orderer.user,
            phone="+49 30 1234567",
            topic="The scan",
            since=LONG_AGO,
            until=LONG_AGO + timedelta(hours=1),
            asked_at=LONG_AGO,
            key=uuid4(),
        ),
        dispute=disputes.raise_one(actor=orderer.user, line=disputed, ticket_ref=ticket.ref, at=timezone.now(), today=today),
        membership=people.joins(people.person(), tree.berlin, "reader"),
        approval=OrderApproval.objects.get(),
        orderer=orderer,
        mandate=mandates.sign(
            actor=None, customer=tree.berlin, seller=billing.seller(), holder="Berlin", iban="DE89370400440532013000", at=LONG_AGO
        ),
        method=_that_pays_automatically(tree.berlin),
        request=ChangeRequest.objects.create(
            customer=tree.berlin,
            what="tax_id",
            before={"tax_id": ""},
            after={"tax_id": "DE136695976"},
            effective_on=today,
            asked_by=orderer.user,
            asked_at=timezone.now(),
        ),
        key=keys.make(actor=None, customer=tree.berlin, name="ERP", scopes=["read"], at=LONG_AGO)[0],
        offer=offers.offer(),
        webhook=endpoints.register(
            actor=administrator, customer=tree.berlin, url="https://erp.example/hooks", topics=["invoices"], at=LONG_AGO
        )[0],
        provider=single_sign_on.provider_of(tree.berlin, "berlin.example", use="enforced"),
        bulk=_bulk(administrator, tree.berlin, other),
        article=Article.objects.create(ref="seats", title="Seats", body="Change your seats.", updated_at=LONG_AGO),
    )


def _with_a_chat(ticket: Ticket) -> Ticket:
    """A ticket about which somebody chatted with us."""
    moments = {"started_at": LONG_AGO, "waiting_since": LONG_AGO, "seen_at": LONG_AGO, "ended_at": LONG_AGO}
    Chat.objects.create(ticket=ticket, person=ticket.requester, state="ended", ending="customer", **moments)
    return ticket


def _bulk(actor: Any, customer: Customer, subscription: Subscription) -> BulkChange:
    """A file of one change, priced."""
    content = f"contract,action,quantity,effective\n{subscription.ref},set_quantity,5,next_period\n".encode()
    bulk = working.prepare(actor=actor, customer=customer, file_name="changes.csv", at=timezone.now(), content=content)
    carrying.work_off(bulk, at=timezone.now())
    return bulk


def _that_pays_automatically(customer: Customer) -> PaymentMethod:
    """A card that cannot be removed, so that it is there for whoever asks next."""
    kept = methods.keep(actor=None, customer=customer, method=payments.GOOD, at=LONG_AGO)
    autopay.set_up(actor=None, customer=customer, terms=autopay.Terms(method=kept), at=LONG_AGO)
    return kept
