from __future__ import annotations

from django.urls import path

from wainwright.web.hub import (
    arrears,
    bill_day,
    cancelling,
    changing,
    documents,
    entering,
    home,
    methods,
    pausing,
    paying,
    subscriptions,
)

app_name = "hub"

_SUBSCRIPTION = "hub/subscriptions/<slug:public_id>/"

urlpatterns = [
    path("updateinfo/", entering.door, name="door"),
    path("updateinfo/sent/<slug:asked>/", entering.sent, name="sent"),
    path("l/<str:token>/", entering.link, name="link"),
    path("l/<str:token>", entering.link),  # never redirected: the answer would repeat the token
    path("hub/", home.home, name="home"),
    path("hub/signout/", entering.sign_out, name="sign_out"),
    path(_SUBSCRIPTION, subscriptions.subscription, name="subscription"),
    path(f"{_SUBSCRIPTION}cancellation/", cancelling.cancellation, name="cancellation"),
    path(f"{_SUBSCRIPTION}cancellation/undo/", cancelling.undo, name="undo_cancellation"),
    path(f"{_SUBSCRIPTION}plan/", changing.change, name="change"),
    path(f"{_SUBSCRIPTION}plan/keep/", changing.keep_plan, name="keep_plan"),
    path(f"{_SUBSCRIPTION}day/", bill_day.choose, name="bill_day"),
    path(f"{_SUBSCRIPTION}pause/", pausing.pause, name="pause"),
    path(f"{_SUBSCRIPTION}resume/", pausing.resume, name="resume"),
    path(f"{_SUBSCRIPTION}back/", pausing.bring_back, name="bring_back"),
    path(f"{_SUBSCRIPTION}method/", methods.replace, name="replace_method"),
    path(f"{_SUBSCRIPTION}method/return/<slug:payment>/", methods.returned, name="method_returned"),
    path(f"{_SUBSCRIPTION}payment/", paying.payment, name="payment"),
    path(f"{_SUBSCRIPTION}payment/terms/", arrears.terms, name="payment_terms"),
    path(f"{_SUBSCRIPTION}payment/return/", paying.returned, name="paid"),
    path("hub/documents/", documents.documents, name="documents"),
    path("hub/documents/<slug:public_id>/", documents.document, name="document"),
    path("hub/documents/<slug:public_id>/pdf/", documents.pdf, name="document_pdf"),
]
