from __future__ import annotations

from django.urls import path

from wainwright.web.loading import views_of

app_name = "files"
view = views_of("wainwright.web.files")

urlpatterns = [
    path("files/accent.css", view("views.accent"), name="accent"),
    path("files/logo/", view("views.logo"), name="logo"),
]
