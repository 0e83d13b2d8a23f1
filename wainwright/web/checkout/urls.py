from __future__ import annotations

from django.urls import URLPattern

app_name = "checkout"

urlpatterns: list[URLPattern] = []
