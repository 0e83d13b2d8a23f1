from __future__ import annotations

from django.urls import path

from wainwright.web.loading import views_of

view = views_of("wainwright.web.landing")

urlpatterns = [path("", view("views.landing"), name="landing")]
