"""The legal desk: open to everybody, without login, cookies or scripts."""

from __future__ import annotations

from django.urls import path

from wainwright.hub.models import Statement
from wainwright.web.legal import desk, notices

app_name = "legal"

_CANCEL, _WITHDRAW = {"kind": Statement.CANCEL}, {"kind": Statement.WITHDRAW}

urlpatterns = [
    path("cancel/", desk.cancel, name="cancel"),
    path("cancel/<slug:public_id>/", desk.received, _CANCEL, name="cancel_received"),
    path("cancel/<slug:public_id>/file/", desk.file, _CANCEL, name="cancel_file"),
    path("withdraw/", desk.withdraw, name="withdraw"),
    path("withdraw/confirmation/", desk.confirm_withdrawal, name="confirm_withdrawal"),
    path("withdraw/<slug:public_id>/", desk.received, _WITHDRAW, name="withdraw_received"),
    path("withdraw/<slug:public_id>/file/", desk.file, _WITHDRAW, name="withdraw_file"),
    path("privacy/", notices.privacy, name="privacy"),
    path("imprint/", notices.imprint, name="imprint"),
]
