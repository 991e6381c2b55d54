"""What a kind of remedy is: the questions every one of them answers.

A kind is told its terms and says what they cost, whether the state of things allows them, what will change, and how the
customer is told; `apply` does it and `reverse` takes it back. Amounts are gross, in the currency of what is put right; what
moves no money costs zero. A kind asks nobody's authority: that is authority.py, for all kinds alike.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Generic, TypeVar
from uuid import UUID

from accounts.decisions import Decision, Refusal
from accounts.people.models import User
from billing.invoices.models import Document
from billing.ledger.models import Entry
from billing.money import Money
from support.remedies.models import Grant
from support.tickets.models import Ticket


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What is asked for. `key` comes from the form: the same key is granted once. `resolve` ends the ticket with it."""

    key: UUID
    resolve: bool = True


@dataclass(frozen=True)
class Effect:
    """One thing that will change: what it is, and its amount, day or words before and after."""

    label: str
    before: "Money | date | str"
    after: "Money | date | str"


@dataclass(frozen=True)
class Input:
    """Something the giver may still choose: the name under which `read` finds it, what it is, and what is written there.

    `kind` is "amount", "date", "number" or "text".
    """

    name: str
    label: str
    kind: str = "amount"


@dataclass(frozen=True)
class Given:
    """What giving a remedy left behind: what it came to, the document that gives it or that it is about, its ledger entry.

    `issued` are all documents made for it. Without an entry no money moved.
    """

    amount: Money
    document: Document | None = None
    entry: Entry | None = None
    issued: tuple[Document, ...] = ()


@dataclass(frozen=True)
class TakenBack:
    """What taking a remedy back left behind: the ledger entry against it, and the documents made for it."""

    entry: Entry | None = None
    issued: tuple[Document, ...] = ()


@dataclass(frozen=True)
class Cap:
    """How often one group may be given a kind of remedy within so many days before a higher level has to decide."""

    most: int
    days: int


class TermsUnreadable(Refusal):
    """A form or an earlier request names something this remedy cannot be given for."""

    code = "terms_unreadable"


class NotReversible(Refusal):
    """What was given cannot be taken back, or no longer."""

    code = "not_reversible"


T = TypeVar("T", bound=Terms)


class Remedy(ABC, Generic[T]):
    """A kind of redress."""

    code: ClassVar[str]
    cap: ClassVar[Cap | None] = None
    accounts: ClassVar[tuple[str, ...]] = ()
    """The ledger accounts it books; each needs its number in the accounting system before the remedy can be given."""
    entry_on: ClassVar[str] = ""
    """The account on which its ledger entry alone shows what was given; empty: documents issued for it do."""
    goodwill: ClassVar[bool] = False
    """Whether it gives without an error behind it, and so counts against the budgets of goodwill."""

    @property
    def moves_money(self) -> bool:
        """Whether it can come to an amount; a kind that cannot needs no limit."""
        return bool(self.accounts)

    @property
    def inputs(self) -> tuple[Input, ...]:
        """What the giver may choose; nothing where the books say it all."""
        return ()

    @property
    @abstractmethod
    def label(self) -> str:
        """Its name, as people read it."""

    @abstractmethod
    def proposals(self, ticket: Ticket) -> list[T]:
        """Return the terms worth offering on this ticket, best first, each with a key of its own."""

    @abstractmethod
    def read(self, facts: Mapping[str, str], *, key: UUID, resolve: bool) -> T:
        """Return the terms a form or an earlier request speaks of.

        Raises:
            TermsUnreadable: it names nothing this remedy knows.
        """

    @abstractmethod
    def facts(self, terms: T) -> dict[str, str]:
        """Return what `read` needs to make the same terms again; also the hidden fields of a form."""

    @abstractmethod
    def cause(self, terms: T) -> str:
        """Name what is put right, so that it is put right once."""

    @abstractmethod
    def cost(self, terms: T) -> Money:
        """Return what these terms give, tax included."""

    @abstractmethod
    def eligible(self, ticket: Ticket, terms: T) -> Decision:
        """Say whether the state of things allows these terms on this ticket, whoever asks."""

    @abstractmethod
    def preview(self, ticket: Ticket, terms: T) -> list[Effect]:
        """Return what would change."""

    @abstractmethod
    def apply(self, *, actor: User, ticket: Ticket, terms: T, at: datetime) -> Given:
        """Do it, in the caller's transaction, with counter-documents only; what it came to is the cost."""

    @property
    def stays(self) -> str:
        """Why nothing that was given of this kind can be taken back; empty: `reverse` takes it back."""
        return ""

    def reverse(self, *, actor: User, grant: Grant, reason: str, at: datetime) -> TakenBack:
        """Take back what `grant` gave, in the caller's transaction, with counter-documents and counter-entries only.

        Raises:
            NotReversible: it stays, or can no longer be taken back.
        """
        raise NotReversible(self.stays)

    @abstractmethod
    def closing_text(self, ticket: Ticket, terms: T, document: Document | None = None) -> str:
        """Tell the customer what was wrong, what was done and what they see next; without `document`, ahead of doing it."""

    @property
    def action(self) -> str:
        """What its button says where no amount is credited; empty: the amount says it."""
        return ""
