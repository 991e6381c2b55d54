"""The form with which a person says how and when they want to be told, the same in both windows.

It knows choices by the names it is given: a row is (name, label, words, the reason why it cannot be chosen).
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

Row = tuple[str, Any, Any, Any]
DAYS = [
    (0, _("Monday")), (1, _("Tuesday")), (2, _("Wednesday")), (3, _("Thursday")), (4, _("Friday")), (5, _("Saturday")),
    (6, _("Sunday")),
]  # fmt: skip


def _clock(label: Any, **options: Any) -> forms.TimeField:
    return forms.TimeField(label=label, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), **options)


class TellingForm(forms.Form):
    """How each group is told, everywhere and (with `here`) at one customer; quiet hours and the moment of digests."""

    quiet_since = _clock(_("No mail from"), required=False)
    quiet_until = _clock(_("Mail again from"), required=False)
    digest_at = _clock(_("Digests come at"))
    digest_on = forms.TypedChoiceField(label=_("Weekly digests come on"), coerce=int, choices=DAYS)

    def __init__(
        self, data: Any = None, *, rows: Iterable[Row], ways: Iterable[tuple[str, Any]], here: bool, **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.rows, self.here = list(rows), here
        ways = list(ways)
        for name, label, _words, always in self.rows:
            if not always:
                self.fields[f"everywhere_{name}"] = forms.ChoiceField(label=label, choices=ways)
                if here:
                    follow = [("", _("as everywhere")), *ways]
                    self.fields[f"here_{name}"] = forms.ChoiceField(label=label, choices=follow, required=False)

    @staticmethod
    def started(everywhere: Mapping[str, str], here: Mapping[str, str], hours: Any) -> dict[str, Any]:
        """Return what stands in the form at first."""
        times: dict[str, time | int | None] = {
            name: getattr(hours, name) for name in ("quiet_since", "quiet_until", "digest_at", "digest_on")
        }
        chosen = {f"everywhere_{name}": way for name, way in everywhere.items()}
        return times | chosen | {f"here_{name}": way for name, way in here.items()}

    def shown(self) -> Iterator[dict[str, Any]]:
        """Yield each group with its fields."""
        for name, label, words, always in self.rows:
            everywhere = None if always else self[f"everywhere_{name}"]
            at_node = self[f"here_{name}"] if self.here and not always else None
            yield {"label": label, "words": words, "always": always, "everywhere": everywhere, "here": at_node}

    def chosen(self, where: str) -> dict[str, str]:
        """Return the ways chosen "everywhere" or "here", by group."""
        start = f"{where}_"
        return {name.removeprefix(start): way for name, way in self.cleaned_data.items() if name.startswith(start)}

    @property
    def hours(self) -> dict[str, Any]:
        """The times that were given."""
        return {name: self.cleaned_data[name] for name in ("quiet_since", "quiet_until", "digest_at", "digest_on")}
