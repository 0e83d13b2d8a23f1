from __future__ import annotations

from django.urls import path

from wainwright.web.landing import views

urlpatterns = [path("", views.landing, name="landing")]
