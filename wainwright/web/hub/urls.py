from __future__ import annotations

from django.urls import path

from wainwright.web.loading import views_of

app_name = "hub"
view = views_of("wainwright.web.hub")

_SUBSCRIPTION = "hub/subscriptions/<slug:public_id>/"

urlpatterns = [
    path("updateinfo/", view("entering.door"), name="door"),
    path("updateinfo/sent/<slug:asked>/", view("entering.sent"), name="sent"),
    path("l/<str:token>/", view("entering.link"), name="link"),
    # Never redirected: the answer would repeat the token.
    path("l/<str:token>", view("entering.link")),
    path("hub/", view("home.home"), name="home"),
    path("hub/signout/", view("entering.sign_out"), name="sign_out"),
    path(_SUBSCRIPTION, view("subscriptions.subscription"), name="subscription"),
    path(f"{_SUBSCRIPTION}cancellation/", view("cancelling.cancellation"), name="cancellation"),
    path(f"{_SUBSCRIPTION}cancellation/undo/", view("cancelling.undo"), name="undo_cancellation"),
    path(f"{_SUBSCRIPTION}plan/", view("changing.change"), name="change"),
    path(f"{_SUBSCRIPTION}plan/keep/", view("changing.keep_plan"), name="keep_plan"),
    path(f"{_SUBSCRIPTION}plan/return/", view("changing.returned"), name="changed"),
    path(f"{_SUBSCRIPTION}day/", view("bill_day.choose"), name="bill_day"),
    path(f"{_SUBSCRIPTION}pause/", view("pausing.pause"), name="pause"),
    path(f"{_SUBSCRIPTION}resume/", view("pausing.resume"), name="resume"),
    path(f"{_SUBSCRIPTION}back/", view("pausing.bring_back"), name="bring_back"),
    path(f"{_SUBSCRIPTION}method/", view("methods.replace"), name="replace_method"),
    path(
        f"{_SUBSCRIPTION}method/return/<slug:payment>/",
        view("methods.returned"),
        name="method_returned",
    ),
    path(f"{_SUBSCRIPTION}payment/", view("paying.payment"), name="payment"),
    path(f"{_SUBSCRIPTION}payment/terms/", view("arrears.terms"), name="payment_terms"),
    path(f"{_SUBSCRIPTION}payment/return/", view("paying.returned"), name="paid"),
    path("hub/documents/", view("documents.documents"), name="documents"),
    path("hub/documents/<slug:public_id>/", view("documents.document"), name="document"),
    path("hub/documents/<slug:public_id>/pdf/", view("documents.pdf"), name="document_pdf"),
]
