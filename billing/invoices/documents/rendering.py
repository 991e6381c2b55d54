"""Rendering: an issued document as PDF, printed once per language and kept with the hash of its bytes.

Printing takes a second or two, so it happens in a task or on the first download, never on billing day. The same document
gives the same bytes: the sheet knows only what was stored, its date is the day of issue, its identifier the document's hash.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Final

from django.db import transaction
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from billing.invoices.documents.sheet import Sheet
from billing.invoices.documents.wording import language_of
from billing.invoices.documents.writing import sheet_of
from billing.invoices.models import Document, DocumentFile

PRESS: Final = Path(__file__).with_name("press.py")
PRESS_SECONDS: Final = 150
KEPT_FROM_THE_ENVIRONMENT: Final = ("PATH", "HOME", "LD_LIBRARY_PATH", "FONTCONFIG_PATH", "FONTCONFIG_FILE", "XDG_CACHE_HOME")


class NotIssued(Refusal):
    """A draft has no final form yet."""

    code = "not_issued"


class PressFailed(Exception):
    """The press did not print; what it said is in the message."""


def name_of(document: Document) -> str:
    """Return a name for the PDF of a document; a reference may hold strokes, a file's name may not."""
    return f"{document.ref}.pdf".replace("/", "-")


def pdf_of(document: Document, language: str = "") -> bytes:
    """Return the PDF of an issued document in `language` (the receiver's, if not said); printed once, then kept.

    Raises:
        NotIssued: the document is still a draft.
        PressFailed: it could not be printed; nothing was kept.
    """
    if document.status != Document.Status.ISSUED:
        raise NotIssued(_("A draft cannot be downloaded: it may still change."))
    chosen = language_of(language or document.receiver.language)
    kept = DocumentFile.objects.filter(document=document, language=chosen).first()
    if kept is None:
        kept = keep(document, chosen, printed(sheet_of(document, chosen), document.content_hash))
    return bytes(kept.content)


def unprinted(*, since: datetime) -> list[int]:
    """Return the keys of documents issued after `since` of which no language is printed yet, oldest first."""
    waiting = Document.objects.filter(status=Document.Status.ISSUED, issued_at__gt=since, files=None)
    return list(waiting.order_by("issued_at", "pk").values_list("pk", flat=True))


def unprinted_of(documents: Sequence[Document], language: str) -> list[Document]:
    """Return those of `documents` that are not printed in `language` yet, in their order; asked in one statement."""
    printed_already = DocumentFile.objects.filter(document__in=documents, language=language_of(language))
    kept = set(printed_already.values_list("document_id", flat=True))
    return [document for document in documents if document.pk not in kept]


def keep(document: Document, language: str, content: bytes) -> DocumentFile:
    """Keep what was printed; when two printed at once, the first stays."""
    file_hash = hashlib.sha256(content).hexdigest()
    facts = {"file_hash": file_hash, "content": content, "rendered_at": Now()}
    with transaction.atomic():
        kept, _made = DocumentFile.objects.get_or_create(document=document, language=language, defaults=facts)
        Document.objects.filter(pk=document.pk, file_hash="").update(file_hash=kept.file_hash)
        return kept


def with_attachment(document: Document, xml: bytes, language: str = "") -> bytes:
    """Return the PDF/A-3 of an issued document that carries `xml` as its Factur-X file; not kept, the same bytes every time.

    Raises:
        PressFailed: it could not be printed.
    """
    chosen = language_of(language or document.receiver.language)
    return printed(sheet_of(document, chosen), document.content_hash, xml=xml)


def printed(sheet: Sheet, identifier: str, *, xml: bytes = b"") -> bytes:
    """Return `sheet` as PDF, with `xml` inside if there is some; the same sheet, identifier and XML give the same bytes.

    Raises:
        PressFailed: the press stopped, or took too long.
    """
    given = page_of(sheet, identifier)
    if xml:
        given |= {"xml": xml.decode(), "xmp": render_to_string("documents/facturx.xmp")}
    return pressed(given, name=sheet.ref, on=sheet.issued_on)


def page_of(sheet: Sheet, identifier: str) -> dict[str, str]:
    """Return `sheet` as the page that the press takes in."""
    html = render_to_string("documents/document.html", {"sheet": sheet, "words": sheet.words})
    return {"html": html, "css": _stylesheet(), "identifier": f"{identifier}:{sheet.language}"}


def letter(html: str, *, name: str, on: date) -> bytes:
    """Return a letter that is kept nowhere as PDF of the day `on`, under the hash of its words.

    Raises:
        PressFailed: it could not be printed; the message names it by `name`.
    """
    identifier = hashlib.sha256(html.encode()).hexdigest()
    page = {"html": html, "css": render_to_string("documents/document.css"), "identifier": identifier}
    return pressed(page, name=name, on=on)


def pressed(page: Mapping[str, str], *, name: str, on: date) -> bytes:
    """Return `page` (html, css, identifier; see press.py) as PDF of the day `on`; the same page and day give the same bytes.

    Raises:
        PressFailed: the press stopped, or took too long; the message names the page by `name`.
    """
    command = [sys.executable, "-I", str(PRESS)]
    given = json.dumps(page).encode()
    try:
        done = subprocess.run(  # noqa: S603, our own program, our own Python
            command, input=given, capture_output=True, timeout=PRESS_SECONDS, env=environment(on), check=False
        )
    except subprocess.TimeoutExpired as fault:
        raise PressFailed(f"{name} took longer than {PRESS_SECONDS} seconds to print") from fault
    if done.returncode or not done.stdout.startswith(b"%PDF"):
        raise PressFailed(f"{name} was not printed: {done.stderr.decode(errors='replace')[-2000:]}")
    return done.stdout


def environment(on: date) -> dict[str, str]:
    """Return what the press may know of us: nothing but where its libraries are, and the day of the document as its date."""
    known = {name: os.environ[name] for name in KEPT_FROM_THE_ENVIRONMENT if name in os.environ}
    return known | {"LANG": "C.UTF-8", "SOURCE_DATE_EPOCH": epoch(on)}


def epoch(on: date) -> str:
    """Return the day of a document as the press wants its date: seconds since 1970."""
    return str(max(0, int(datetime(on.year, on.month, on.day, tzinfo=UTC).timestamp())))


@cache
def _stylesheet() -> str:
    return render_to_string("documents/document.css")
