"""The switch of language: for this browser, and for good where somebody is signed in."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.views.i18n import set_language

from accounts.people import preferences


def choose(request: HttpRequest) -> HttpResponseBase:
    """Speak the language posted from now on; one that is not offered changes nothing."""
    language = request.POST.get("language", "")
    if request.method == "POST" and request.user.is_authenticated and language in dict(settings.LANGUAGES):
        preferences.speak(person=request.user, language=language)
    return set_language(request)
