"""What goes to the browser: pages compressed for their way, files under names that hold a sum of their content."""

import gzip
import json

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from config.middleware import SmallerPages
from config.static_files import GatheredFiles

ACCEPTS = {"HTTP_ACCEPT_ENCODING": "gzip, br"}


def answered(response, **headers):
    return SmallerPages(lambda request: response)(RequestFactory().get("/", **headers))


@pytest.mark.django_db
def test_page_travels_compressed_to_a_browser_that_can_read_it(client):
    page = client.get("/accounts/login/", **ACCEPTS)

    assert page["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in page["Vary"]
    assert "Sign in to Accord" in gzip.decompress(page.content).decode()


def test_page_travels_as_it_is_to_a_browser_that_cannot_read_it_compressed():
    assert "Content-Encoding" not in answered(HttpResponse("words " * 100)).headers


@pytest.mark.parametrize(
    "response",
    [
        StreamingHttpResponse(["data: x\n\n"], content_type="text/event-stream"),
        HttpResponse(b"%PDF" * 100, content_type="application/pdf"),
    ],
)
def test_streams_and_files_are_not_compressed(response):
    assert "Content-Encoding" not in answered(response, **ACCEPTS).headers


def test_gathered_file_has_its_lasting_name_and_one_not_gathered_its_plain_one(tmp_path):
    (tmp_path / "staticfiles.json").write_text(json.dumps({"version": "1.1", "paths": {"css/base.css": "css/base.0123.css"}}))
    files = GatheredFiles(location=tmp_path, base_url="/static/")

    assert files.url("css/base.css") == "/static/css/base.0123.css"
    assert files.url("css/new.css") == "/static/css/new.css"
