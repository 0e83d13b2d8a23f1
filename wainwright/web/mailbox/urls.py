"""The letters as they went out, readable in the demo and in development only."""

from __future__ import annotations

from django.urls import path

from wainwright.web.mailbox import views

app_name = "mailbox"

urlpatterns = [
    path("_mail/", views.mailbox, name="mailbox"),
    path("_mail/<str:name>/", views.letter, name="letter"),
    path("_mail/<str:name>/html/", views.as_designed, name="html"),
    path("_mail/<str:name>/<int:number>/", views.attachment, name="attachment"),
]
