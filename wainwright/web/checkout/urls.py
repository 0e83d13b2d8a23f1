"""The checkout's routes, below /checkout/."""

from __future__ import annotations

from django.urls import path

from wainwright.web.loading import views_of

app_name = "checkout"
view = views_of("wainwright.web.checkout")

urlpatterns = [
    path("thanks/<str:order_id>/", view("views.thanks"), name="thanks"),
    path("<slug:slug>/", view("views.product"), name="product"),
    path("<slug:slug>/return/<str:payment_id>/", view("views.returned"), name="return"),
]
