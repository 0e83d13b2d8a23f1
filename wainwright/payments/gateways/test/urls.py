"""The routes of the Test gateway's own host."""

from django.urls import path

from wainwright.payments.gateways.test import views

app_name = "testgateway"
urlpatterns = [
    path("", views.about, name="about"),
    path("pay/<str:ref>", views.pay, name="pay"),
    path("pay/<str:ref>/bank", views.bank, name="bank"),
]
handler404 = views.not_found
