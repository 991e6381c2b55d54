"""Every address of the site. Who may open it is declared on the view, or in `config/routes.py` for views of others."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from backoffice.admin import choosing
from config import (
    health,
    how_it_went,
    incoming_mail,
    languages,
    links,
    mailbox,
    no_more_mails,
    pages,
    sign_up,
    styleguide,
    webhooks,
)
from config.single_sign_on import back_channel, saml_views
from config.single_sign_on import views as single_sign_on

handler400 = "config.pages.unreadable"
handler404 = "config.pages.not_found"
handler500 = "config.pages.broken"

urlpatterns = [
    path("", pages.front_door, name="front_door"),
    path("portal/", include("portal.urls")),
    path("backoffice/", include("backoffice.urls")),
    # The administration has no door of its own: its sign-in would skip the second factor and the limits on guessing.
    path("admin/login/", RedirectView.as_view(pattern_name="account_login", query_string=True), name="admin_login"),
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password"), name="admin_change_password"),
    # The list under a chooser tells rows of one name apart; it takes the place of the package's own.
    path("admin/autocomplete/", admin.site.admin_view(choosing.Choices.as_view(admin_site=admin.site)), name="admin_choices"),
    path("admin/", admin.site.urls),
    path("accounts/login/", single_sign_on.sign_in, name="account_login"),
    path("accounts/sign-up/", sign_up.sign_up, name="sign_up"),
    path("accounts/sign-up/<str:token>/", sign_up.sign_up_proof, name="sign_up_proof"),
    path("accounts/2fa/", single_sign_on.security, name="mfa_index"),
    path("accounts/single-sign-on/", single_sign_on.single_sign_on, name="single_sign_on"),
    path("accounts/single-sign-on/<slug:ref>/", single_sign_on.begin, name="single_sign_on_begin"),
    path("accounts/single-sign-on/<slug:ref>/back/", single_sign_on.back, name="single_sign_on_back"),
    path("accounts/single-sign-on/<slug:ref>/assertion/", saml_views.assertion, name="single_sign_on_assertion"),
    path("accounts/single-sign-on/<slug:ref>/arrival/", saml_views.arrival, name="single_sign_on_arrival"),
    path("accounts/single-sign-on/<slug:ref>/metadata/", saml_views.metadata, name="single_sign_on_metadata"),
    path("accounts/single-sign-on/<slug:ref>/signed-out/", back_channel.signed_out, name="single_sign_on_signed_out"),
    path("accounts/single-sign-on/<slug:ref>/left/", single_sign_on.left, name="single_sign_on_left"),
    path("accounts/single-sign-on/<slug:ref>/leave/", single_sign_on.leave, name="single_sign_on_leave"),
    # allauth's own addresses, without those of providers that its own tables would name.
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/sessions/", include("allauth.usersessions.urls")),
    path("api/v1/", include("portal.api.urls")),
    path("api/v1/staff/", include("backoffice.api.urls")),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/v1/docs/", SpectacularSwaggerView.as_view(url_name="api-schema"), name="api-docs"),
    path("language/", languages.choose, name="set_language"),
    path("to/<slug:kind>/<str:ref>/", links.to, name="to"),
    path("how-it-went/<str:token>/", how_it_went.page, name="how_it_went"),
    path("no-more-mails/<str:token>/", no_more_mails.page, name="no_more_mails"),
    path("webhooks/mail/", incoming_mail.mail, name="incoming_mail"),
    path("webhooks/stripe/", webhooks.stripe, name="stripe_news"),
    path("healthz", health.healthz, name="healthz"),
]
if settings.SHOW_STYLEGUIDE:
    urlpatterns.append(path("styleguide/", styleguide.page, name="styleguide"))
if settings.SHOW_MAILBOX:
    urlpatterns += [
        path(mailbox.ADDRESS, mailbox.mailbox, name="demo_mailbox"),
        path(f"{mailbox.ADDRESS}<str:name>/", mailbox.mail, name="demo_mail"),
    ]
