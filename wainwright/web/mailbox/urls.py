"""The letters as they went out, readable in the demo and in development only."""

from __future__ import annotations

from django.urls import path

from wainwright.web.loading import views_of

app_name = "mailbox"
view = views_of("wainwright.web.mailbox")

urlpatterns = [
    path("_mail/", view("views.mailbox"), name="mailbox"),
    path("_mail/<str:name>/", view("views.letter"), name="letter"),
    path("_mail/<str:name>/html/", view("views.as_designed"), name="html"),
    path("_mail/<str:name>/<int:number>/", view("views.attachment"), name="attachment"),
]
