"""The routes of the Test gateway's own host."""

from django.urls import path

from wainwright.payments.gateways.test import views

urlpatterns = [
    path("", views.about, name="about"),
    path("pay/<str:ref>", views.pay, name="card_page"),
    path("pay/<str:ref>/bank", views.bank, name="bank_page"),
]
handler404 = views.not_found
