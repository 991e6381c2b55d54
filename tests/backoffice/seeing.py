"""What the tests of the administration read on a page."""

from django.http import HttpResponse


def words(answer: HttpResponse) -> str:
    """The page with its markup; spaces that do not break are plain ones."""
    return answer.content.decode().replace("\xa0", " ")
