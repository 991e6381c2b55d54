"""The managers' administration: its name, menu and first page, and the colours of the rest of the house."""

from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

UNFOLD = {
    "SITE_TITLE": "Accord",
    "SITE_HEADER": _("Accord administration"),
    "SITE_SUBHEADER": _("Limits, prices, people"),
    "SITE_URL": "/backoffice/",
    "SITE_SYMBOL": "tune",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/favicon.svg")}],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SIDEBAR": {"show_search": True, "navigation": "backoffice.admin.rooms.menu"},
    "DASHBOARD_CALLBACK": "backoffice.admin.dashboard.shown",
    "STYLES": [lambda request: static("css/admin.css")],
    "SCRIPTS": [lambda request: static("js/admin.js")],
    "BORDER_RADIUS": "8px",
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 280)",
            "100": "oklch(94% .03 280)",
            "200": "oklch(88% .06 280)",
            "300": "oklch(79% .1 280)",
            "400": "oklch(68% .15 280)",
            "500": "oklch(58% .19 279)",
            "600": "oklch(50% .2 278)",
            "700": "oklch(44% .18 278)",
            "800": "oklch(37% .15 278)",
            "900": "oklch(31% .12 278)",
            "950": "oklch(22% .08 278)",
        },
    },
}
