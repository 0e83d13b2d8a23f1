"""The legal desk: open to everybody, without login, cookies or scripts."""

from __future__ import annotations

from django.urls import path

from wainwright.hub.models import Statement
from wainwright.web.loading import views_of

app_name = "legal"
view = views_of("wainwright.web.legal")

_CANCEL, _WITHDRAW = {"kind": Statement.CANCEL}, {"kind": Statement.WITHDRAW}

urlpatterns = [
    path("cancel/", view("desk.cancel"), name="cancel"),
    path("cancel/<slug:public_id>/", view("desk.received"), _CANCEL, name="cancel_received"),
    path("cancel/<slug:public_id>/file/", view("desk.file"), _CANCEL, name="cancel_file"),
    path("withdraw/", view("desk.withdraw"), name="withdraw"),
    path("withdraw/confirmation/", view("desk.confirm_withdrawal"), name="confirm_withdrawal"),
    path("withdraw/<slug:public_id>/", view("desk.received"), _WITHDRAW, name="withdraw_received"),
    path("withdraw/<slug:public_id>/file/", view("desk.file"), _WITHDRAW, name="withdraw_file"),
    path("privacy/", view("notices.privacy"), name="privacy"),
    path("imprint/", view("notices.imprint"), name="imprint"),
]
