"""What a kind of remedy is: the questions every one of them answers.

A kind is told its terms and says what they cost, whether the state of things allows them, what will change, and how the
customer is told; `apply` does it. Amounts are gross, in the currency of what is put right. A kind asks nobody's authority:
that is authority.py, for all kinds alike.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Generic, TypeVar
from uuid import UUID

from accounts.decisions import Decision, Refusal
from accounts.people.models import User
from billing.invoices.models import Document
from billing.money import Money
from support.tickets.models import Ticket


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What is asked for. `key` comes from the form: the same key is granted once. `resolve` ends the ticket with it."""

    key: UUID
    resolve: bool = True


@dataclass(frozen=True)
class Effect:
    """One thing that will change: what it is, and its amount before and after."""

    label: str
    before: Money
    after: Money


@dataclass(frozen=True)
class Input:
    """Something the giver may still choose: the name under which `read` finds it, and what it is."""

    name: str
    label: str


@dataclass(frozen=True)
class Cap:
    """How often one group may be given a kind of remedy within so many days before a higher level has to decide."""

    most: int
    days: int


class TermsUnreadable(Refusal):
    """A form or an earlier request names something this remedy cannot be given for."""

    code = "terms_unreadable"


T = TypeVar("T", bound=Terms)


class Remedy(ABC, Generic[T]):
    """A kind of redress."""

    code: ClassVar[str]
    cap: ClassVar[Cap | None] = None

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
    def apply(self, *, actor: User, ticket: Ticket, terms: T, at: datetime) -> Document:
        """Do it, in the caller's transaction, and return the document that gives it; its total is minus the cost."""

    @abstractmethod
    def closing_text(self, ticket: Ticket, terms: T, document: Document | None = None) -> str:
        """Tell the customer what was wrong, what was done and what they see next; without `document`, ahead of doing it."""
