"""The checkout's routes, below /checkout/."""

from __future__ import annotations

from django.urls import path

from wainwright.web.checkout import views

app_name = "checkout"

urlpatterns = [
    path("thanks/<str:order_id>/", views.thanks, name="thanks"),
    path("<slug:slug>/", views.product, name="product"),
    path("<slug:slug>/return/<str:payment_id>/", views.returned, name="return"),
]
