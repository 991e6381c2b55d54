"""Policies: documents, drafts with differences, cases and simulation, publishing by a second person, exceptions."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from accounts.decisions import Refusal
from accounts.policies import binding, cases, exceptions, keys, log, publishing, simulating
from accounts.policies.keys import KEYS
from accounts.policies.models import Acknowledgement, Firing, Policy, PolicyBinding, PolicyException, PolicyVersion
from accounts.policies.publishing import Content
from backoffice import policy_text
from backoffice.admin import wording
from backoffice.admin.base import LookingAdmin, UseCaseAdmin

KEY = "key", _("Key"), wording.keys
KEY_CHOICES = [(key.code, key.label) for key in KEYS.values()]
KEY_HELP = ", ".join(sorted(KEYS))


def for_each(page: Any, request: HttpRequest, chosen: QuerySet[Any], act: Callable[[Any], object]) -> None:
    """Carry a use case out for each row that was chosen; say how many went through, and the reason of each refusal."""
    done = 0
    for row in chosen:
        try:
            act(row)
        except Refusal as refusal:
            page.message_user(request, f"{row}: {refusal.reason}", level=messages.ERROR)
        else:
            done += 1
    if done:
        page.message_user(request, _("Done: {count}.").format(count=done), level=messages.SUCCESS)


@admin.register(Policy)
class PolicyAdmin(UseCaseAdmin):
    """The documents, whom they speak to, and when each is read again."""

    list_display = ("name", "audience", "owner", "version_in_force", "next_version", "review_on", "is_overdue", "decided_lately")
    list_select_related = ("owner",)
    list_filter = ("audience",)
    search_fields = ("code", "name")
    ordering = ("review_on", "code")
    fields = ("code", "name", "audience", "review_on")

    def get_readonly_fields(self, request: HttpRequest, obj: Policy | None = None) -> tuple[str, ...]:
        """What decisions name does not change."""
        return ("code", "audience") if obj else ()

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> Policy:
        """Define the policy."""
        facts = {name: getattr(form.instance, name) for name in ("code", "name", "audience", "review_on")}
        return publishing.define(actor=request.user, at=timezone.now(), **facts)

    @admin.display(description=_("In force"))
    def version_in_force(self, policy: Policy) -> str:
        """Name the version."""
        return str(publishing.in_force(policy, timezone.now().date()) or "–")

    @admin.display(description=_("Change it"))
    def next_version(self, policy: Policy) -> SafeString:
        """Lead to a draft that begins with what is in force."""
        address = f"{reverse('admin:accounts_policyversion_add')}?policy={policy.pk}"
        return format_html('<a href="{}">{}</a>', address, _("Write the next version"))

    @admin.display(description=_("Overdue"), boolean=True)
    def is_overdue(self, policy: Policy) -> bool:
        """Say whether it should have been read again."""
        return policy.review_on <= timezone.now().date()

    @admin.display(description=_("In 30 days: let pass, blocked, overridden"))
    def decided_lately(self, policy: Policy) -> str:
        """Count what it decided."""
        counted = log.counts(at=timezone.now(), policy=policy.pk)
        return f"{counted.fired}, {counted.blocked}, {counted.overridden}"


def _text(label: Any, help_text: Any, *, required: bool = False, rows: int = 6) -> forms.CharField:
    widget = UnfoldAdminTextareaWidget(attrs={"rows": rows})
    return forms.CharField(label=label, help_text=help_text, required=required, widget=widget)


class VersionForm(forms.ModelForm):
    """A draft in lines of text."""

    clauses_text = _text(_("Clauses"), _("One a line: 2.1 We put right what we did wrong."), required=True)
    values_text = _text(
        _("Values"),
        _("One a line: key = value | locked, tighten or loosen | clause. Keys: %(keys)s") % {"keys": KEY_HELP},
    )
    cases_text = _text(
        _("Sample cases"),
        _("One a line: Agents give 80 | remedy | level=agent, amount=80.00 EUR | allowed. Or: ... | value | key=… | 80.00 EUR"),
    )
    quiz_text = _text(_("Quiz"), _("A line with ? for a question, - for a wrong option, * for the right one."))

    class Meta:
        model = PolicyVersion
        fields = ("policy", "material", "effective_on", "note")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk:
            self.initial |= _written(self.instance)

    def clean_values_text(self) -> dict[str, Any]:
        """Read the lines as values."""
        return policy_text.values(self.cleaned_data["values_text"])

    def clean_clauses_text(self) -> list[dict[str, str]]:
        """Read the lines as clauses."""
        return policy_text.clauses(self.cleaned_data["clauses_text"])

    def clean_cases_text(self) -> list[dict[str, Any]]:
        """Read the lines as cases."""
        return policy_text.cases(self.cleaned_data["cases_text"])

    def clean_quiz_text(self) -> list[dict[str, Any]]:
        """Read the lines as a quiz."""
        return policy_text.quiz(self.cleaned_data["quiz_text"])


def _written(version: PolicyVersion) -> dict[str, str]:
    """Return a version as the lines that managers write."""
    return {
        "clauses_text": policy_text.written_clauses(version.clauses),
        "values_text": policy_text.written_values(version.values),
        "cases_text": policy_text.written_cases(version.cases),
        "quiz_text": policy_text.written_quiz(version.quiz),
    }


@admin.register(PolicyVersion)
class VersionAdmin(UseCaseAdmin):
    """Drafts and versions: what changes, how the sample cases come out, what the past would have been."""

    form = VersionForm
    list_display = ("version", "material", "effective_on", "published_at", "published_by", "note")
    list_filter = ("policy", "material")
    list_select_related = ("policy", "published_by")
    ordering = ("policy", "-number")
    actions = ("publish",)
    texts = ("clauses_text", "values_text", "cases_text", "quiz_text")
    published = ("published_by", "published_at", "says", "differences", "tried_cases", "simulated")
    computed = ("differences", "tried_cases", "simulated")

    def get_fields(self, request: HttpRequest, obj: PolicyVersion | None = None) -> tuple[str, ...]:
        """A published version is shown, a draft is written."""
        if obj and obj.published_at:
            return (
                "policy",
                "number",
                "material",
                "effective_on",
                "note",
                "published_by",
                "published_at",
                "says",
                *self.computed,
            )
        return ("policy", "material", "effective_on", "note", *self.texts, *(self.computed if obj else ()))

    def get_readonly_fields(self, request: HttpRequest, obj: PolicyVersion | None = None) -> tuple[str, ...]:
        """A draft stays its policy's."""
        return ("policy", "says", *self.computed) if obj else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin the next version of a policy with what its latest one says, from today on."""
        key = request.GET.get("policy", "")
        known = key.isascii() and key.isdigit() and len(key) < 10
        latest = PolicyVersion.objects.published().filter(policy=key).order_by("-number").first() if known else None
        today = {"effective_on": timezone.now().date()}
        return today | super().get_changeform_initial_data(request) | (_written(latest) if latest else {})

    def has_change_permission(self, request: HttpRequest, obj: PolicyVersion | None = None) -> bool:
        """A published version never changes."""
        return super().has_change_permission(request, obj) and (obj is None or obj.published_at is None)

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> PolicyVersion:
        """Write the draft."""
        given = form.cleaned_data
        content = Content(
            **{name: given[f"{name}_text"] for name in ("values", "clauses", "cases", "quiz")},
            material=given["material"], note=given["note"],
        )  # fmt: skip
        facts = {"policy": form.instance.policy, "effective_on": given["effective_on"]}
        return publishing.write(actor=request.user, content=content, at=timezone.now(), **facts)

    @admin.action(description=_("Publish (a second person)"))
    def publish(self, request: HttpRequest, chosen: QuerySet[PolicyVersion]) -> None:
        """Publish what was chosen."""
        for_each(self, request, chosen, lambda row: publishing.publish(actor=request.user, version=row, at=timezone.now()))

    @admin.display(description=_("Version"), ordering="policy")
    def version(self, version: PolicyVersion) -> str:
        """Name it, and say whether it is a draft."""
        return str(version) if version.published_at else gettext("{version} (draft)").format(version=version)

    @admin.display(description=_("What changes"))
    def differences(self, version: PolicyVersion) -> SafeString:
        """Show what it says otherwise than the version before it."""
        before = version.policy.versions.published().filter(number__lt=version.number).order_by("-number").first()
        rows = ((one["label"], one["before"], one["after"]) for one in publishing.changes(version, before))
        return format_html(
            "<ul>{}</ul>", format_html_join("", "<li><strong>{}</strong>: <del>{}</del> → <ins>{}</ins></li>", rows)
        )

    @admin.display(description=_("Sample cases"))
    def tried_cases(self, version: PolicyVersion) -> SafeString:
        """Show how each comes out."""
        results = cases.run(version, at=timezone.now())
        words = gettext("expected {expected}, got {got}")
        rows = (("✓" if one.passed else "✗", one.name, words.format(expected=one.expected, got=one.got)) for one in results)
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{} {}: {}</li>", rows))

    @admin.display(description=_("The last 90 days with it"))
    def simulated(self, version: PolicyVersion) -> SafeString:
        """Show what past decisions would have been."""
        kept = version.simulation if version.published_at else simulating.simulate(version, at=timezone.now()).kept
        told = simulating.answer_words
        rows = ((one["about"], one["words"], told(one["then"]), told(one["now"])) for one in kept.get("changed", []))
        listed = format_html_join("", "<li>{} {}: {} → {}</li>", rows)
        return format_html("<p>{}</p><ul>{}</ul>", simulating.sentence(kept), listed)

    @admin.display(description=_("What it says"))
    def says(self, version: PolicyVersion) -> SafeString:
        """Show text and values as they were written."""
        text = policy_text.written_clauses(version.clauses), policy_text.written_values(version.values)
        return format_html("<pre>{}\n\n{}</pre>", *text)


class TwoPersonsAdmin(UseCaseAdmin):
    """Rows that one manager asks for and another approves; they end, they are not edited."""

    added_only = True  # what was asked for is approved or ended
    list_filter = ("approved_by",)
    actions = ("approve", "end")


@admin.register(PolicyBinding)
class BindingAdmin(TwoPersonsAdmin):
    """Where policies hold."""

    list_display = ("policy", "place", "where", "since", "until", "asked_by", "approved_by")
    list_select_related = ("policy", "segment", "customer", "asked_by", "approved_by")
    autocomplete_fields = ("customer",)
    fields = ("policy", "place", "tier", "segment", "customer", "since", "until", "reason")

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> PolicyBinding:
        """Ask for it."""
        return binding.ask(actor=request.user, at=timezone.now(), **form.cleaned_data)

    @admin.action(description=_("Approve (a second person)"))
    def approve(self, request: HttpRequest, chosen: QuerySet[PolicyBinding]) -> None:
        """Approve what was chosen."""
        for_each(self, request, chosen, lambda row: binding.approve(actor=request.user, asked=row, at=timezone.now()))

    @admin.action(description=_("End today"))
    def end(self, request: HttpRequest, chosen: QuerySet[PolicyBinding]) -> None:
        """End what was chosen."""
        for_each(self, request, chosen, lambda row: binding.end(actor=request.user, held=row, at=timezone.now()))


class ExceptionForm(forms.ModelForm):
    """One key, otherwise for one customer."""

    key = forms.ChoiceField(
        label=_("Key"), choices=[(key.code, key.label) for key in KEYS.values()], widget=UnfoldAdminSelectWidget
    )
    value_text = forms.CharField(label=_("Value"), help_text=_("Such as 120.00 EUR, or 45"), widget=UnfoldAdminTextInputWidget)

    class Meta:
        model = PolicyException
        fields = ("customer", "key", "since", "until", "reason")


@admin.register(PolicyException)
class ExceptionAdmin(TwoPersonsAdmin):
    """The exception log."""

    form = ExceptionForm
    list_display = ("told", "customer", "since", "until", "reason", "asked_by", "approved_by")
    list_select_related = ("customer", "asked_by", "approved_by")
    autocomplete_fields = ("customer",)
    fields = ("customer", "key", "value_text", "since", "until", "reason")

    def get_fields(self, request: HttpRequest, obj: PolicyException | None = None) -> tuple[str, ...]:
        return ("customer", "told", "since", "until", "reason", "asked_by", "approved_by") if obj else self.fields

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> PolicyException:
        """Ask for it."""
        given = dict(form.cleaned_data)
        given["value"] = keys.read(keys.named(given["key"]), given.pop("value_text"))
        return exceptions.ask(actor=request.user, at=timezone.now(), **given)

    @admin.action(description=_("Approve (a second person)"))
    def approve(self, request: HttpRequest, chosen: QuerySet[PolicyException]) -> None:
        """Approve what was chosen."""
        for_each(self, request, chosen, lambda row: exceptions.approve(actor=request.user, asked=row, at=timezone.now()))

    @admin.action(description=_("End today"))
    def end(self, request: HttpRequest, chosen: QuerySet[PolicyException]) -> None:
        """End what was chosen."""
        for_each(self, request, chosen, lambda row: exceptions.end(actor=request.user, held=row, at=timezone.now()))


@admin.register(Firing)
class FiringAdmin(LookingAdmin):
    """What policy decided, case by case."""

    list_display = ("version", wording.column(*KEY), "outcome", "about_ref", "customer", "actor", "at")
    list_filter = ("outcome", wording.narrowing(*KEY))
    list_select_related = ("version__policy", "customer", "actor")
    ordering = ("-at",)


@admin.register(Acknowledgement)
class AcknowledgementAdmin(LookingAdmin):
    """Who answered which quiz, and how."""

    list_display = ("user", "version", "right", "asked", "at")
    list_select_related = ("user", "version__policy")
    ordering = ("-at",)
