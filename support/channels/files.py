"""Files that come with a message: which are taken, as what, and who may have them.

A file is judged by its bytes. Programs and scripts are refused by name, whatever they are called; every other file is kept and
handed out as a download that no browser opens by itself. Limits are in bytes.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from accounts import signs
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people.models import User
from support.channels.models import Attachment
from support.tickets import behalf, conversation, threads
from support.tickets.models import Message

LARGEST: Final = 10 * 1024 * 1024
MOST_FILES: Final = 20
LARGEST_TOGETHER: Final = 25 * 1024 * 1024
PATH_SIGNS: Final = re.compile(r"[/\\:\x00-\x1f]|\.\.")
OTHER: Final = "application/octet-stream"
# How files of a kind begin.
BEGINNINGS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
)
PROGRAM_BEGINNINGS: Final = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"#!")
PROGRAM_NAMES: Final = (
    ".exe", ".com", ".bat", ".cmd", ".scr", ".pif", ".msi", ".dll", ".js", ".jse", ".vbs", ".vbe", ".wsf", ".wsh", ".ps1", ".hta",
    ".jar", ".lnk", ".reg", ".cpl", ".app", ".dmg", ".sh", ".iso", ".img", ".svg", ".html", ".htm", ".xhtml", ".mht",
)  # fmt: skip


@dataclass(frozen=True)
class File:
    """A file as it was handed in."""

    name: str
    content: bytes


class FileRefused(Refusal):
    """The file is empty, too large, one of too many, or could run."""

    code = "file_refused"


def fault_of(file: File) -> str:
    """Say in a sentence why a file is not taken; empty when it is."""
    if not file.content:
        return _("{name} is empty.").format(name=file.name)
    if len(file.content) > LARGEST:
        return _("{name} is larger than {most} MB.").format(name=file.name, most=LARGEST // 1024 // 1024)
    if file.content.startswith(PROGRAM_BEGINNINGS) or file.name.lower().rstrip(". ").endswith(PROGRAM_NAMES):
        return _("{name} is a program or a page that could run; send it packed, or as PDF.").format(name=file.name)
    return ""


def checked(files: Sequence[File]) -> list[File]:
    """Return the files if all of them can be taken.

    Raises:
        FileRefused: one cannot, or they are too many or too large together.
    """
    if len(files) > MOST_FILES or sum(len(file.content) for file in files) > LARGEST_TOGETHER:
        most = LARGEST_TOGETHER // 1024 // 1024
        raise FileRefused(_("At most {count} files, {most} MB together.").format(count=MOST_FILES, most=most))
    for file in files:
        if fault := fault_of(file):
            raise FileRefused(fault)
    return list(files)


def attach(message: Message, files: Sequence[File]) -> list[Attachment]:
    """Keep the files with a message, in the caller's transaction; what cannot be taken was refused before (`checked`)."""
    kept = [_attachment(message, file) for file in files]
    return Attachment.objects.bulk_create(kept, ignore_conflicts=True)


def visible_to(viewer: User) -> QuerySet[Attachment]:
    """Return the files of the messages `viewer` may read; those of internal notes only to our own people."""
    found = Attachment.objects.filter(message__ticket__in=threads.visible_to(viewer))
    if conversation.is_staff(viewer):
        return found
    shared = Attachment.objects.filter(message__ticket__in=behalf.shared_with(viewer), message__confidential=False)
    return (found | shared).filter(message__internal=False)


def of_customers(customers: QuerySet[Customer]) -> Iterator[tuple[str, bytes]]:
    """Yield the files sent with messages of these customers, with their names in a ZIP file; not those of internal notes."""
    found = Attachment.objects.filter(message__ticket__customer__in=customers.values("pk"), message__internal=False)
    yield from _named(found)


def of_person(person: User) -> Iterator[tuple[str, bytes]]:
    """Yield the files a person sent, with their names in a ZIP file."""
    yield from _named(Attachment.objects.filter(message__author=person))


def _named(found: QuerySet[Attachment]) -> Iterator[tuple[str, bytes]]:
    for file in found.order_by("pk").iterator(chunk_size=20):
        yield f"files/{file.pk}-{PATH_SIGNS.sub('_', file.name)}", bytes(file.content)


def with_messages() -> "Prefetch[Any]":
    """Load the files of messages without their bytes, for pages that only name them."""
    return Prefetch("attachments", Attachment.objects.defer("content"))


def kind_of(content: bytes) -> str:
    """Return what a file is by how it begins."""
    return next((kind for beginning, kind in BEGINNINGS if content.startswith(beginning)), OTHER)


def _attachment(message: Message, file: File) -> Attachment:
    return Attachment(
        message=message, name=signs.plain(file.name.replace("\x00", ""))[:150] or "file", content_type=kind_of(file.content),
        size=len(file.content), digest=hashlib.sha256(file.content).hexdigest(), content=file.content,
    )  # fmt: skip
