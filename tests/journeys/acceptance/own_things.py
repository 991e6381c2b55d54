"""Things of a test's own, so that what it changes is nobody else's: small groups planted for it, and requests to the API."""

import json
import secrets
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import APIResponse, Page

COLUMNS = "ref,parent_ref,name,kind,legal_name,country,street,postcode,city,email,currency,timezone"
PLACE = "DE,Lange Straße 1,10115,Berlin,office@orchard.example,EUR,Europe/Berlin"


def new_mark() -> str:
    """Return a few letters that no earlier run used, to name a test's own things by."""
    return secrets.token_hex(3).upper()


def plant(accord, mark: str, *nodes: tuple[str, str, str, str]) -> None:
    """Import customers, each as (ref, ref of its parent or nothing, name, kind); the mark makes refs and names their own."""
    lines = [
        f"{mark}-{ref},{f'{mark}-{parent}' if parent else ''},{name} {mark},{kind},{_legal_name(name, mark, kind)},{PLACE}"
        for ref, parent, name, kind in nodes
    ]
    accord.manage("import_customers", "-", text="\n".join([COLUMNS, *lines, ""]))


def _legal_name(name: str, mark: str, kind: str) -> str:
    return f"{name} {mark} GmbH" if kind == "legal_entity" else ""


def number_of(ours: Page, ref: str) -> str:
    """Return the number of a customer that is known by its ref, asked as one of our people."""
    return read(ours, f"/api/v1/staff/nodes/{ref}/")["number"]


def read(page: Page, path: str) -> Any:
    """Return what the API says to the person who is signed in on the page."""
    answer = page.request.get(path)
    assert answer.ok, answer.text()
    return answer.json()


def send(page: Page, path: str, **facts: object) -> APIResponse:
    """Send facts to the API as the person who is signed in on the page."""
    base = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "csrftoken")
    headers = {"X-CSRFToken": token, "Referer": f"{base}/", "Content-Type": "application/json"}
    return page.request.post(path, data=json.dumps(facts), headers=headers)
