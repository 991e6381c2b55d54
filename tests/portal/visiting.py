"""What the flow tests of the portal share: a visitor's browser, the moment it is, and the words of a page as people read them."""

import re
from datetime import UTC, date, datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils.html import strip_tags

from accounts.people.models import User

NOW = datetime(2026, 1, 16, 12, tzinfo=UTC)
TODAY = date(2026, 1, 16)


def browser_of(viewer: User) -> Client:
    """A browser in which `viewer` is signed in."""
    client = Client()
    client.force_login(viewer)
    return client


def words(answer: HttpResponse) -> str:
    """The page without its markup, each run of spaces as one."""
    text = strip_tags(answer.content.decode()).replace("&nbsp;", " ").replace("\u00a0", " ")
    return re.sub(r"\s+", " ", text)


def hidden(answer: HttpResponse, name: str) -> list[str]:
    """The values of the page's hidden inputs called `name`, in order."""
    inputs = re.findall(r"<input[^>]*>", answer.content.decode())
    found = [tag for tag in inputs if f'name="{name}"' in tag and 'type="hidden"' in tag]
    return [value[1] for value in (re.search(r'value="([^"]*)"', tag) for tag in found) if value]


def fields(**given: Any) -> dict[str, Any]:
    """Fields as a form sends them: what is nothing is not sent."""
    return {name: value for name, value in given.items() if value is not None}
