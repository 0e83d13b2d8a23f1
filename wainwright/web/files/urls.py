from __future__ import annotations

from django.urls import path

from wainwright.web.files import views

app_name = "files"

urlpatterns = [
    path("files/accent.css", views.accent, name="accent"),
    path("files/logo/", views.logo, name="logo"),
]
