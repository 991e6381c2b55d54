"""Automatic mail: which letters no person wrote for us, and why, so that none is taken for a question or ever answered.

A *bounce* says that a mail of ours did not arrive; an *answering machine* writes by itself (RFC 3834); a *list* writes to many; a
*loop* is our own mail coming back; *spam* was marked by a mail server on the way. Headers are believed before words.
"""

import re
from dataclasses import dataclass
from typing import Final

from support.channels.mail import phrases
from support.channels.mail.letters import ADDRESS, Letter

BOUNCE, AUTO_REPLY, LIST, LOOP, SPAM = "bounce", "auto_reply", "list", "loop", "spam"
LOOP_HEADER: Final = "X-Accord-Loop"
MOST_HOPS: Final = 50
LOOKED_AT: Final = 4_000  # letters of the text
GTUBE: Final = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
DAEMON: Final = re.compile(rf"^(?:{'|'.join(phrases.DAEMONS)})\b", re.IGNORECASE)
ANSWER: Final = re.compile(r"^\s*(?:re|aw|antw|sv|vs|odp|rif|tr|fw|fwd|wg)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
FAILED: Final = re.compile("|".join(phrases.FAILED), re.IGNORECASE)
FAILED_INSIDE: Final = re.compile("|".join(phrases.FAILED_INSIDE), re.IGNORECASE)
AWAY: Final = re.compile(rf"^\s*(?:{'|'.join(phrases.AWAY)})", re.IGNORECASE)
RECIPIENT: Final = re.compile(r"^(final|original)-recipient\s*:\s*(?:[\w-]+\s*;)?\s*<?([^<>\s;]+@[^<>\s;]+)>?", re.IGNORECASE)
ACTION: Final = re.compile(r"^action\s*:", re.IGNORECASE | re.MULTILINE)
NOT_FAILED: Final = re.compile(r"^action\s*:\s*(?:delayed|delivered|relayed|expanded)", re.IGNORECASE | re.MULTILINE)
WAITING: Final = re.compile("|".join(phrases.WAITING), re.IGNORECASE)
COPY: Final = re.compile("|".join(phrases.COPY), re.IGNORECASE | re.MULTILINE)
OF_OUR_MAIL: Final = re.compile(
    r"^[\s*>|-]*(?:from|to|cc|sender|reply-to|return-path|received|subject|message-id|\d{3}[ -]<?|mail from)\s*:", re.IGNORECASE
)


@dataclass(frozen=True)
class Verdict:
    """What kind of automatic mail it is, why, and for a bounce which addresses did not take ours."""

    kind: str
    reason: str
    failed: tuple[str, ...] = ()


def verdict(letter: Letter, *, own_addresses: frozenset[str] = frozenset()) -> Verdict | None:
    """Say why a letter is automatic; None when a person wrote it, as far as can be told."""
    if LOOP_HEADER.lower() in dict(letter.headers) or letter.sender in own_addresses:
        return Verdict(LOOP, "It is one of our own mails coming back.")
    if sum(name == "received" for name, _ in letter.headers) > MOST_HOPS:
        return Verdict(LOOP, f"It went through more than {MOST_HOPS} servers.")
    if reason := _bounced(letter):
        return Verdict(BOUNCE, reason, failed_addresses(letter))
    if reason := _answered_by_machine(letter):
        return Verdict(AUTO_REPLY, reason)
    if reason := _spam(letter):
        return Verdict(SPAM, reason)
    if letter.has("list-id") or letter.header("precedence").lower() in ("list", "bulk", "junk"):
        return Verdict(LIST, "It was written to a list, not to us.")
    return None


def failed_addresses(letter: Letter) -> tuple[str, ...]:
    """Return the addresses a bounce complains of: from its report, else its header, else the words at its top.

    A mail that is only late names nobody: its server still tries.
    """
    if "message/delivery-status" in letter.parts and any(ACTION.search(report) for report in letter.reports):
        told = [address for report in letter.reports for address in _reported(report)]
    elif WAITING.search(letter.subject) or WAITING.search(letter.text[:LOOKED_AT]):
        told = []
    else:
        told = _told_without_report(letter)
    return tuple(dict.fromkeys(_bare(address) for address in told))[:50]


def _told_without_report(letter: Letter) -> list[str]:
    told = [address for report in letter.reports for address in _reported(report)]
    return told or ADDRESS.findall(letter.header("x-failed-recipients")) or _named_in_words(letter)


def _reported(report: str) -> list[str]:
    """Return whom a report (RFC 3464) names, one a block: as we wrote the address, else as the server rewrote it."""
    found: list[str] = []
    for block in re.split(r"\n\s*\n", report):
        named = {told[1].lower(): told[2] for line in block.split("\n") if (told := RECIPIENT.match(line.strip()))}
        if named and not NOT_FAILED.search(block):
            found.append(named.get("original") or named["final"])
    return found


def _named_in_words(letter: Letter) -> list[str]:
    """Return the addresses above the copy of our mail; those of its headers and our own count only when no others are there."""
    top = COPY.split(letter.text[:LOOKED_AT], maxsplit=1)[0].split("\n")[:40]
    everyone = [found for found in ADDRESS.findall("\n".join(top)) if not DAEMON.match(found)]
    said = ADDRESS.findall("\n".join(line for line in top if not OF_OUR_MAIL.match(line)))
    others = [found for found in said if not DAEMON.match(found) and _bare(found) not in letter.recipients]
    return others or everyone


def _bare(address: str) -> str:
    """Return an address without what servers write before and behind it."""
    return address.lower().removeprefix("smtp=").split("...")[0].rstrip(".'")


def _bounced(letter: Letter) -> str:
    if "message/delivery-status" in letter.parts:
        return "It is a delivery report (RFC 3464)."
    if letter.has("x-failed-recipients"):
        return "It names recipients that failed."
    return _bounced_in_words(letter)


def _bounced_in_words(letter: Letter) -> str:
    """Judge by who writes and what is said, for servers that send no report."""
    daemon = bool(DAEMON.match(letter.sender)) or letter.header("return-path").strip() == "<>"
    answer = bool(ANSWER.match(letter.subject)) or bool(letter.in_reply_to) and not daemon
    subject, text = bool(FAILED.search(letter.subject)), bool(FAILED_INSIDE.search(letter.text[:LOOKED_AT]))
    if daemon and (subject or text or not answer):
        return "It comes from a mail server and tells of a mail that did not arrive."
    if subject and not answer and (text or "message/rfc822" in letter.parts or _machine_headers(letter)):
        return "It tells of a mail that did not arrive."
    return ""


def _answered_by_machine(letter: Letter) -> str:
    if "message/disposition-notification" in letter.parts:
        return "It is a receipt made by a mail program (RFC 8098)."
    submitted = letter.header("auto-submitted").split("(")[0].split(";")[0].strip().lower()
    if submitted and submitted != "no":
        return f"Its header says Auto-Submitted: {submitted} (RFC 3834)."
    for name in ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply-from", "x-autogenerated"):
        if letter.has(name) and letter.header(name).lower() != "no":
            return f"Its header {name} says that a machine wrote it."
    if letter.header("precedence").lower() in ("auto_reply", "auto-reply", "autoreply"):
        return "Its header says that a machine answered."
    if AWAY.match(letter.subject):
        return "Its subject says that a machine answered."
    return ""


def _spam(letter: Letter) -> str:
    if letter.header("x-spam-flag").strip().lower() == "yes" or letter.header("x-spam-status").lower().startswith("yes"):
        return "A mail server on its way marked it as spam."
    return "It holds the test mark for spam." if GTUBE in letter.text else ""


def _machine_headers(letter: Letter) -> bool:
    return letter.header("precedence").lower() in ("bulk", "junk") or letter.header("return-path").strip() in (
        "<>",
        "<MAILER-DAEMON>",
    )
