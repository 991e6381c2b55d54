"""Addresses: where an answer to one of our mails goes, and how we know again the ticket and the person it was written to.

The secret part of an address is an HMAC over ticket and person, so a guessed number is worth nothing, and an address that is
passed on still names the person it was made for.
"""

import base64
import hmac
import re
from dataclasses import dataclass
from email.utils import parseaddr
from hashlib import sha256
from typing import Final

from django.conf import settings

SIGNED: Final = re.compile(r"(?P<ticket>T-\d{1,12})\.(?P<person>\d{1,12})\.(?P<proof>[a-z2-7]{26})", re.IGNORECASE)


@dataclass(frozen=True)
class Thread:
    """What a signed address stands for: a ticket's ref and the id of the person it was written to."""

    ticket_ref: str
    person_id: int


def domain() -> str:
    """Return the domain our mails come from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]


def reply_to(thread: Thread) -> str:
    """Return the address to which this person answers on this ticket."""
    local, _, host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")
    return f"{local}+{signed(thread)}@{host}"


def signed(thread: Thread) -> str:
    """Return ticket, person and proof in letters that any mail program leaves alone."""
    return f"{thread.ticket_ref}.{thread.person_id}.{_proof(thread)}"


def thread_in(text: str) -> Thread | None:
    """Return the first thread in `text` (addresses, Message-IDs) whose proof is ours; none when there is none."""
    for found in SIGNED.finditer(text):
        thread = Thread(found["ticket"].upper(), int(found["person"]))
        if hmac.compare_digest(_proof(thread), found["proof"].lower()):
            return thread
    return None


def _proof(thread: Thread) -> str:
    told = f"reply address|{thread.ticket_ref}|{thread.person_id}".encode()
    digest = hmac.new(settings.SECRET_KEY.encode(), told, sha256).digest()
    return base64.b32encode(digest[:16]).decode().lower().rstrip("=")
