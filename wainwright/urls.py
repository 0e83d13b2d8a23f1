"""Mounts each face. Every path may also stand under /b/<business>/ (see web.hosts)."""

from __future__ import annotations

from django.urls import include, path

from wainwright.web import health

urlpatterns = [
    # Those with a prefix first: an address is compared with one route after the other.
    path("health/", health.health, name="health"),
    path("checkout/", include("wainwright.web.checkout.urls")),
    path("dashboard/", include("wainwright.web.dashboard.urls")),
    path("accounts/", include("wainwright.web.dashboard.logins")),
    path("", include("wainwright.web.landing.urls")),
    path("", include("wainwright.web.hub.urls")),
    path("", include("wainwright.web.legal.urls")),
    path("", include("wainwright.web.files.urls")),
    path("", include("wainwright.web.hooks.urls")),
    path("", include("wainwright.web.mailbox.urls")),
]

handler400 = "wainwright.web.refusals.bad_request"
handler403 = "wainwright.web.refusals.forbidden"
handler404 = "wainwright.web.refusals.not_found"
handler429 = "wainwright.web.refusals.too_many"  # asked by allauth, where its limits are reached
handler500 = "wainwright.web.refusals.server_error"
