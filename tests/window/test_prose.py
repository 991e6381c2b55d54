"""Markdown on screen: what editors mean is shown, what an attacker means is text."""

import pytest

from window import prose


def test_markdown_is_rendered_as_editors_mean_it():
    html = prose.rendered("# Pay\n\nChoose **Pay**, then:\n\n1. a card\n2. [confirm](https://accord.example/x)")

    assert "<h3>Pay</h3>" in html
    assert "<strong>Pay</strong>" in html
    assert "<ol>" in html
    assert '<a href="https://accord.example/x" rel="nofollow noopener">confirm</a>' in html


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](https://attacker.example/pixel.png)",
        '<a href="https://x" onclick="alert(1)">x</a>',
    ],
)
def test_nothing_that_runs_or_fetches_survives(hostile: str):
    html = prose.rendered(hostile)

    assert "<script" not in html and "<img" not in html
    assert 'href="javascript' not in html and 'href="data' not in html
    assert "onclick" not in html.replace("&quot;", "") or "&lt;a" in html


def test_plain_words_lose_their_marks_and_nothing_else():
    assert prose.plain("1. Choose **Check my invoices now**.\n- See [help](https://x), 2 * 3") == (
        "Choose Check my invoices now.\nSee help, 2 * 3"
    )
