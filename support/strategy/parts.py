"""Parts: the twelve parts of the workbook under three sections, and the questions each has to answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


@dataclass(frozen=True)
class Part:
    """A part of the workbook: its name in addresses, its title, what it is about, and its questions by name."""

    code: str
    title: Words
    about: Words
    questions: Mapping[str, Words]


@dataclass(frozen=True)
class Section:
    """Parts that belong together under one word."""

    title: Words
    parts: tuple[Part, ...]


SECTIONS: Final = (
    Section(
        _("Why we are here"),
        (
            Part(
                "rules-of-engagement",
                _("Rules of engagement"),
                _("How we meet customers, said so that everybody can act by it."),
                {
                    "said": _("Where does a customer read what they may expect?"),
                    "kept": _("What stops one of us from doing otherwise?"),
                },
            ),
            Part(
                "culture",
                _("Culture"),
                _("How we treat customers when nobody looks."),
                {
                    "seen": _("By what do we notice that customers are valued?"),
                    "learned": _("How do we learn from what went wrong?"),
                },
            ),
            Part(
                "value-objectives",
                _("What customers gain"),
                _("What is better for a customer because of us, before what we sell."),
                {"gain": _("What do customers gain, and for whom do we do it?"), "measured": _("How do we know they gained it?")},
            ),
            Part(
                "business-case",
                _("What it is worth to us"),
                _("What doing well by customers costs and brings."),
                {
                    "spent": _("How much goodwill do we allow in a year?"),
                    "saved": _("What do customers do themselves, and what does that save?"),
                },
            ),
        ),
    ),
    Section(
        _("For whom"),
        (
            Part(
                "segments",
                _("Segments"),
                _("Which kinds of customers we treat alike, and why."),
                {
                    "who": _("Which segments do we have, and who belongs to each?"),
                    "differs": _("What do we do differently for each?"),
                },
            ),
            Part(
                "key-accounts",
                _("Key accounts"),
                _("Whom we would not want to lose, and what they can count on."),
                {"criteria": _("What makes a key account?"), "terms": _("Which terms do they have that others have not?")},
            ),
            Part(
                "life-of-a-product",
                _("Life of a product"),
                _("From preview to the day it is given up."),
                {"told": _("How long before its end do holders know?"), "next": _("What are they offered instead?")},
            ),
            Part(
                "life-of-a-customer",
                _("Life of a customer"),
                _("From the first contact to renewal, or goodbye."),
                {
                    "begin": _("How long may it take until a customer has begun?"),
                    "silent": _("When do we call somebody who says nothing?"),
                },
            ),
        ),
    ),
    Section(
        _("How we do it"),
        (
            Part(
                "experience",
                _("Experience"),
                _("What it is like to be our customer, on every way to reach us."),
                {
                    "ways": _("Is an answer the same by phone, mail, chat and portal?"),
                    "effort": _("What takes customers the most effort?"),
                },
            ),
            Part(
                "promises",
                _("Promises"),
                _("What we promise, and what happens when we break it."),
                {"times": _("By when do we answer whom?"), "broken": _("What do we do when we were late?")},
            ),
            Part(
                "authority",
                _("Authority"),
                _("What each of us may settle alone, and where the line lies."),
                {"limits": _("How much may whom be given by whom?"), "refused": _("When do we say no, and how?")},
            ),
            Part(
                "capabilities",
                _("Capabilities"),
                _("What our people know, and what the system does for them."),
                {
                    "trained": _("What must one have read and understood before acting?"),
                    "helped": _("What does the system do so that nobody has to remember it?"),
                },
            ),
        ),
    ),
)
PARTS: Final[Mapping[str, Part]] = {part.code: part for section in SECTIONS for part in section.parts}
MEASURES: Final[Mapping[str, Words]] = {
    "measures": _("Solved at first contact, with satisfaction"),
    "processes": _("What customers do themselves"),
    "concessions": _("Goodwill against what was invoiced"),
    "silence": _("Customers who say nothing"),
    "service_levels": _("Answered in time"),
    "voice": _("What customers say"),
}


def places() -> Iterator[tuple[Part, str]]:
    """Yield every place where something is to be said: each part as a whole (no question), then each of its questions."""
    for part in PARTS.values():
        yield part, ""
        for question in part.questions:
            yield part, question
