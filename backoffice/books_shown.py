"""The setup check as it is shown: each light with its words and the page where it is put right, and the budgets of the month."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.people import access
from accounts.people.models import User
from support.remedies.books import budgets, setup
from support.remedies.books.budgets import Standing
from support.remedies.books.setup import Light

TONES = {setup.GREEN: "good", setup.AMBER: "warning", setup.RED: "bad"}
PLACES = {"authority": "admin:support_authoritygrant_changelist", "accounts": "admin:support_ledgermapping_changelist"}


def shown(viewer: User, *, at: datetime) -> dict[str, object]:
    """Return what the page shows."""
    lights, steers = setup.lights(at), access.level_of(viewer) in access.STEER.levels
    wrong = sum(light.light != setup.GREEN for light in lights)
    return {
        "lights": [_light(light, steers=steers) for light in lights],
        "wrong": wrong,
        "budgets": [_budget(one) for one in budgets.in_force(at)],
    }


def _light(light: Light, *, steers: bool) -> dict[str, object]:
    names = {setup.GREEN: _("in order"), setup.AMBER: _("look at it"), setup.RED: _("put it right")}
    return {
        "name": light.name,
        "words": light.words,
        "tone": TONES[light.light],
        "label": names[light.light],
        "url": reverse(PLACES[light.place]) if steers and light.place and light.light != setup.GREEN else "",
    }


def _budget(standing: Standing) -> dict[str, object]:
    over = standing.left.amount_minor < 0
    return {"name": str(standing.budget), "whole": standing.whole, "used": standing.used, "left": standing.left, "over": over}
