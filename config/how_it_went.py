"""How it went: the page behind the links of the mail that asks. Nobody signs in; the link is signed.

Opening the link only shows the page, as mail scanners open links too, and some of them run what stands there. The page sends the
answer that was clicked when a person first moves, touches or types on it; without JavaScript a button does.
"""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.decisions import Refusal
from accounts.people.routes import PUBLIC, declares
from support.voice import satisfaction
from support.voice.models import Survey
from window.refusals import refusals_shown_on

PAGE = "how_it_went.html"


class ScoreForm(forms.Form):
    """One of the five answers."""

    score = forms.TypedChoiceField(
        label=_("How did it go?"), choices=list(satisfaction.SCORES.items()), coerce=int, widget=forms.RadioSelect
    )


class CommentForm(forms.Form):
    """Words that explain the answer."""

    comment = forms.CharField(label=_("What made it so?"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}))


@declares(PUBLIC)
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Show the question with the answer that was clicked, take it, and then take words."""
    try:
        survey = satisfaction.named(token)
    except Refusal as refusal:
        return render(request, PAGE, {"refusal": refusal.reason}, status=404)
    if request.method == "GET":
        chosen = request.GET.get("score", "")
        form = ScoreForm(initial={"score": chosen})
        return _shown(request, survey, form, sends=survey.score is None and chosen in map(str, satisfaction.SCORES))
    return _comment(request, survey) if "comment" in request.POST else _answer(request, survey)


def _answer(request: HttpRequest, survey: Survey) -> HttpResponse:
    form = ScoreForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            survey = satisfaction.answer(survey=survey, score=form.cleaned_data["score"], at=timezone.now())
            return _shown(request, survey, form)
    return _shown(request, survey, form, status=422)


def _comment(request: HttpRequest, survey: Survey) -> HttpResponse:
    form = CommentForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            survey = satisfaction.comment(survey=survey, words=form.cleaned_data["comment"])
            return _shown(request, survey, ScoreForm())
    return _shown(request, survey, ScoreForm(), comment_form=form, status=422)


def _shown(request: HttpRequest, survey: Survey, form: ScoreForm, *, status: int = 200, **more: object) -> HttpResponse:
    label = satisfaction.SCORES[survey.score] if survey.score else ""
    context = {"survey": survey, "form": form, "comment_form": CommentForm(), "label": label} | more
    context["credited"] = satisfaction.credited_for(survey)
    return render(request, PAGE, context, status=status)
