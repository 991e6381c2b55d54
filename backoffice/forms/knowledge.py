"""Writing articles and deciding what attaches to them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from support.knowledge.models import Article, ArticleQuestion

ATTACH, NOBODYS, REFUSE = "attach", "nobodys", "refuse"
PUBLISH = "publish"


class ArticleForm(forms.Form):
    """What an article says."""

    title = forms.CharField(label=_("Title"), max_length=200, help_text=_("The question it answers, as a customer would say it"))
    category = forms.CharField(label=_("Category"), max_length=60, required=False)
    body = forms.CharField(label=_("Text"), max_length=50_000, widget=forms.Textarea(attrs={"rows": 12}))


class QuestionDecisionForm(forms.Form):
    """What becomes of a question somebody asked: for an article, for nobody, or set aside."""

    decision = forms.ChoiceField(choices=[(ATTACH, _("Attach")), (NOBODYS, _("Not for us")), (REFUSE, _("Set aside"))])
    article = forms.CharField(label=_("Article"), max_length=80, required=False)

    def __init__(self, *args: Any, question: ArticleQuestion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.question = question

    def clean(self) -> dict[str, Any]:
        """Find the article a question is attached to; what is none of ours has none."""
        ref = self.cleaned_data.get("article", "").strip()
        found = Article.objects.filter(ref=ref).first() if ref else self.question.article
        decision = self.cleaned_data.get("decision")
        if decision == ATTACH and found is None:
            self.add_error("article", _("Choose the article that answers it."))
        if decision == NOBODYS and self.question.article is not None:
            self.add_error("decision", _("Somebody said that an article answers this: attach it or set it aside."))
        return self.cleaned_data | {"article": found if decision == ATTACH else None}

    @property
    def verdict(self) -> dict[str, Any]:
        """The decision as the domain takes it."""
        return {"attached": self.cleaned_data["decision"] != REFUSE, "article": self.cleaned_data["article"]}


class VersionDecisionForm(forms.Form):
    """Whether a version is published, and a word to who wrote it."""

    decision = forms.ChoiceField(choices=[(PUBLISH, _("Publish")), (REFUSE, _("Refuse"))])
    note = forms.CharField(label=_("A word about it"), max_length=300, required=False)
