"""Where gateways deliver their messages."""

from __future__ import annotations

from django.urls import path

from wainwright.web.hooks import views

app_name = "hooks"

urlpatterns = [path("hooks/<str:connection_id>/", views.receive, name="receive")]
