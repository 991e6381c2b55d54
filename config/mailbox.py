"""The demo mailbox: mails that went into the mail folder instead of out, so that a demo shows what people would have received.

It shows sign-in codes to anybody who asks, so its addresses exist only where `SHOW_MAILBOX` is set: on one machine, never in
production. A mail is shown as text alone; its HTML part and attachments are never rendered.
"""

import email
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.people.routes import PUBLIC, declares

ADDRESS: Final = "mailbox/"
MOST_SHOWN: Final = 100
WRITTEN: Final = "%Y%m%dT%H%M%S.%f"


@dataclass(frozen=True)
class Mail:
    """One mail of the folder; `name` is its file's name without the ending."""

    name: str
    content: EmailMessage

    @property
    def to(self) -> str:
        return str(self.content["To"] or "")

    @property
    def subject(self) -> str:
        return str(self.content["Subject"] or "")

    @property
    def written_at(self) -> datetime:
        """When it was written, as its file's name says."""
        return datetime.strptime(self.name.partition("-")[0], WRITTEN).replace(tzinfo=UTC)

    @property
    def text(self) -> str:
        """Its text part, as text."""
        part = self.content.get_body(("plain",))
        return str(part.get_content()) if part else ""


def mailbox_link(request: HttpRequest) -> dict[str, str]:
    """Give every page the address of the mailbox for its footer, where there is one."""
    return {"demo_mailbox_url": f"/{ADDRESS}"} if settings.SHOW_MAILBOX else {}


@declares(PUBLIC)
@require_GET
def mailbox(request: HttpRequest) -> HttpResponse:
    """List the newest mails; with `to`, those of one person."""
    wanted = request.GET.get("to", "").strip().lower()
    newest = (_read(path) for path in sorted(_files(), reverse=True)[:MOST_SHOWN])
    return render(request, "mailbox.html", {"mails": [mail for mail in newest if wanted in mail.to.lower()], "wanted": wanted})


@declares(PUBLIC)
@require_GET
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """Show one mail as text."""
    found = next((path for path in _files() if path.stem == name), None)
    if found is None:
        raise Http404
    return render(request, "mail.html", {"mail": _read(found)})


def _files() -> list[Path]:
    return list(Path(settings.MAIL_FOLDER).glob("*.eml"))


def _read(path: Path) -> Mail:
    message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    return Mail(path.stem, message)  # type: ignore[arg-type] # that policy makes EmailMessages
