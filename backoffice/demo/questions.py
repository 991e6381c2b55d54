"""What customers of the demo world asked, when, and how it went: the tickets of the queue and its history.

`hours_ago` counts back from now; a resolved question has the answer that ended it, a declined one the code of the reason; a
promise is made with the answer and due so many days later. What was asked weeks ago tells how well we help: its windows have
passed, and who asked says how it went (`score`, one to five).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """One ticket: who asks, what, and what came of it."""

    asker: str
    customer_ref: str
    kind: str
    subject: str
    text: str
    hours_ago: int
    answer: str = ""
    resolved: bool = False
    note: str = ""
    promise: str = ""
    promise_days: int = 2
    declined: str = ""
    goodwill: str = ""
    score: int = 0


@dataclass(frozen=True)
class Dispute:
    """A ticket about a period that was billed twice: the invoice that is one too many, and how many hours ago it was asked.

    The agent asks for the credit an hour later, unless it is `untouched`; what is within the limit is credited, the rest waits.
    """

    asker: str
    customer_ref: str
    invoice: str
    subject: str
    text: str
    hours_ago: int
    seen_by_finance: bool = False
    untouched: bool = False


DISPUTES = (
    Dispute(
        "member@oxbow.example",
        "OX",
        "INV-72",
        "INV-72 charges a month we paid already",
        "INV-71 and INV-72 are both for our five sites in the same month. Please take one of them back.",
        76,
        seen_by_finance=True,
    ),
    Dispute(
        "admin@nordwind.example",
        "NW",
        "INV-83",
        "Thirty seats billed twice",
        "Our auditors found that INV-80 and INV-83 bill the same thirty seats for the same month.",
        4,
    ),
    Dispute(
        "admin@kestrel.example",
        "KR",
        "INV-92",
        "INV-92 repeats INV-91",
        "Both are for the same six seats in the same month. We paid INV-91 and leave INV-92 open until you have looked.",
        1,
        untouched=True,
    ),
)

QUESTIONS = (
    Question(
        "member@oxbow.example",
        "OX",
        "contract",
        "Two sites will close in spring",
        "We are closing the Naas and Swords sites at the end of March. Can we take both Connect lines off the contract from"
        " that day, and what happens to the routers?",
        5,
    ),
    Question(
        "admin@kestrel.example",
        "KR-TIC",
        "billing",
        "Purchase order number missing on the last invoice",
        "Our accounts team needs PO 4500117823 on every invoice for Ticketing. The last one came without it.",
        9,
        note="PO is on the contract draft, not on the subscription; ask finance whether a re-issue is wanted.",
    ),
    Question(
        "member@tramontana.example",
        "TR-TOR",
        "technical",
        "Router at Hotel Torino restarts every night",
        "Since Monday the router restarts shortly after 03:00. Guests notice. Could you look at it before the weekend?",
        26,
        answer="We replaced the firmware tonight and watch the line. You hear from us with what we saw.",
        promise="What we saw on the line",
    ),
    Question(
        "payer@polder.example",
        "PO",
        "billing",
        "Can we move the billing day?",
        "Our payment run is on the 20th. Could our invoices be dated the 18th instead of the 15th?",
        31,
    ),
    Question(
        "admin@nordwind.example",
        "NW-PL",
        "billing",
        "Which VAT treatment applies to Nordwind Polska?",
        "Our Polish entity is registered for VAT there. Should its invoices show reverse charge?",
        52,
        answer="Yes, once its tax id is on file we issue with reverse charge. You can enter it under Organisation.",
    ),
    Question(
        "member@sablefinch.example",
        "SF",
        "other",
        "Training for new editors",
        "Three editors start next month. Is there an introduction we can book?",
        74,
        answer="There is a live hour every Tuesday at 10:00; I booked your three places and sent the invitations.",
        resolved=True,
        score=5,
    ),
    Question(
        "admin@kestrel.example",
        "KR-DEP",
        "technical",
        "Line at Connolly Depot slower than agreed",
        "We measure 40 Mbit/s instead of 100 during the day.",
        120,
        answer="A port was set to the wrong profile. It measures 103 Mbit/s since 11:20 today.",
        resolved=True,
    ),
    Question(
        "member@oxbow.example",
        "OX",
        "billing",
        "Invoice by e-mail as PDF and XML?",
        "Our new system reads Factur-X. Can you send that?",
        170,
        answer="The PDF is in the portal the moment an invoice is issued. XML is on its way; I noted your wish on it.",
        resolved=True,
        score=4,
    ),
    Question(
        "admin@nordwind.example",
        "NW",
        "contract",
        "Add twelve seats from next month",
        "Twelve colleagues join on the first. Please add their seats.",
        220,
        answer="You can do this yourself under Contracts and see the price before you confirm. Done for this time.",
        resolved=True,
        score=4,
    ),
    Question(
        "payer@polder.example",
        "PO",
        "billing",
        "A credit for the weeks we were closed?",
        "The office was closed for two weeks in summer and nobody used the lines. Can we have that part back?",
        260,
        declined="charge_is_right",
    ),
)

EARLIER = (
    Question(
        "member@oxbow.example",
        "OX",
        "technical",
        "Swords was offline for an hour",
        "The shop in Swords could take no cards this morning. It works again. What was it?",
        690,
        answer="A cable was cut by works in the street. We mended it within the hour and watch the line.",
        resolved=True,
        score=5,
    ),
    Question(
        "member@sablefinch.example",
        "SF",
        "contract",
        "Can we pay by the year?",
        "We would rather have one invoice a year than twelve.",
        640,
        answer="Yes: choose it under Contracts. From the next period on you get one invoice a year.",
        resolved=True,
        score=4,
    ),
    Question(
        "payer@polder.example",
        "PO",
        "technical",
        "New router does not show in the portal",
        "We replaced the router in the office ourselves and do not see it under our lines.",
        600,
        answer="It is there now: the old one had to be taken off first.",
        resolved=True,
    ),
    Question(
        "member@tramontana.example",
        "TR",
        "technical",
        "Both hotels offline on the evening of the fair",
        "For three hours nobody could check in. Guests waited in the lobby. We do not want this to go by without a word.",
        560,
        answer="A router of ours failed, and its stand-in did not take over. Both are replaced. We are sorry.",
        goodwill="45.00",
    ),
    Question(
        "member@tramontana.example",
        "TR-TOR",
        "technical",
        "Nobody called back about the outage",
        "You promised a call on the day after the fair. It never came.",
        530,
        answer="That was our fault. We called this afternoon, and say sorry with a credit.",
        goodwill="40.00",
    ),
)
