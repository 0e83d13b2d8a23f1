"""Where gateways deliver their messages."""

from __future__ import annotations

from django.urls import path

from wainwright.web.loading import views_of

app_name = "hooks"
view = views_of("wainwright.web.hooks")

urlpatterns = [path("hooks/<str:connection_id>/", view("views.receive"), name="receive")]
