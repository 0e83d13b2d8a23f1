from __future__ import annotations

from django.urls import include, path, register_converter

from wainwright.web.loading import views_of
from wainwright.web.paths import PublicId

register_converter(PublicId, "public_id")

app_name = "dashboard"
view = views_of("wainwright.web.dashboard")

product_pages = [
    path("", view("products.product"), name="product"),
    path("mode/", view("products.switch"), name="product_mode"),
    path("archive/", view("products.archive"), name="product_archive"),
    path("prices/new/", view("prices.new"), name="price_new"),
    path("reminders/", view("reminders.of_product"), name="product_reminders"),
    path("reminders/drop/", view("reminders.drop"), name="product_reminders_drop"),
    path("collecting/", view("collecting.of_product"), name="product_collecting"),
    path("collecting/drop/", view("collecting.drop"), name="product_collecting_drop"),
]
price_pages = [
    path("replace/", view("prices.replace"), name="price_replace"),
    path("archive/", view("prices.archive"), name="price_archive"),
    path("prefer/", view("prices.prefer"), name="price_prefer"),
]
subscription_pages = [
    path("", view("subscription.page"), name="subscription"),
    path("plan/", view("plans.change"), name="subscription_change"),
    path("plan/keep/", view("plans.keep"), name="subscription_keep"),
    path("day/", view("bill_day.choose"), name="subscription_bill_day"),
    path("pause/", view("pausing.pause"), name="subscription_pause"),
    path("resume/", view("pausing.resume"), name="subscription_resume"),
    path("back/", view("pausing.bring_back"), name="subscription_back"),
    path("cancel/", view("cancelling.cancel"), name="subscription_cancel"),
    path("cancel/undo/", view("cancelling.undo"), name="subscription_undo"),
]
settings_pages = [
    path("", view("settings.identity"), name="settings_identity"),
    path("hub/", view("settings.hub"), name="settings_hub"),
    path("logo/", view("settings.logo"), name="settings_logo"),
    path("documents/", view("settings.documents"), name="settings_documents"),
    path("payments/", view("settings.payments"), name="settings_payments"),
    path("address/", view("hublink.address"), name="hub_address"),
    path("address/code.<str:kind>", view("hublink.code"), name="hub_code"),
]

urlpatterns = [
    path("", view("home.page"), name="home"),
    path("you/", view("you.page"), name="you"),
    path("you/sessions/end/", view("you.end_others"), name="you_end_others"),
    path(
        "you/sessions/<public_id:session_id>/end/", view("you.end_session"), name="you_end_session"
    ),
    path("places/", view("places.places"), name="places"),
    path("mode/", view("places.mode"), name="mode"),
    path("search/", view("search.page"), name="search"),
    path("products/", view("products.products"), name="products"),
    path("products/new/", view("products.new"), name="product_new"),
    path("products/<public_id:product_id>/", include(product_pages)),
    path("prices/<public_id:price_id>/", include(price_pages)),
    path("transactions/", view("transactions.page"), name="transactions"),
    path("transactions/csv/", view("transactions.sheet"), name="transactions_csv"),
    path("orders/<public_id:order_id>/", view("orders.page"), name="order"),
    path("payments/<public_id:payment_id>/refund/", view("refunds.page"), name="refund"),
    path("subscriptions/", view("subscriptions.page"), name="subscriptions"),
    path("subscriptions/csv/", view("subscriptions.sheet"), name="subscriptions_csv"),
    path("subscriptions/acts/csv/", view("deeds.sheet"), name="deeds_csv"),
    path("subscriptions/<public_id:subscription_id>/", include(subscription_pages)),
    path("customers/", view("customers.customers"), name="customers"),
    path("customers/csv/", view("customers.sheet"), name="customers_csv"),
    path("customers/<public_id:customer_id>/", view("customers.customer"), name="customer"),
    path(
        "customers/<public_id:customer_id>/hub-link/", view("customers.hub_link"), name="hub_link"
    ),
    path("documents/", view("documents.documents"), name="documents"),
    path("documents/year/", view("documents.year"), name="documents_year"),
    path("documents/<public_id:document_id>/pdf/", view("documents.pdf"), name="document_pdf"),
    path("statements/", view("statements.statements"), name="statements"),
    path("statements/<public_id:statement_id>/", view("statements.statement"), name="statement"),
    path(
        "statements/<public_id:statement_id>/reopen/",
        view("statements.reopen"),
        name="statement_reopen",
    ),
    path("decisions/", view("decisions.decisions"), name="decisions"),
    path("decisions/<public_id:hold_id>/", view("decisions.decide"), name="decide"),
    path("differences/", view("differences.differences"), name="differences"),
    path(
        "differences/<public_id:difference_id>/", view("differences.difference"), name="difference"
    ),
    path("restored/", view("restored.restored"), name="restored"),
    path("restored/resume/", view("restored.resume"), name="resume_billing"),
    path("businesses/", view("businesses.businesses"), name="businesses"),
    path("businesses/new/", view("businesses.new"), name="business_new"),
    path("team/", view("team.team"), name="team"),
    path("team/invite/", view("team.invite"), name="team_invite"),
    path("team/<public_id:member_id>/remove/", view("team.remove"), name="team_remove"),
    path("team/<public_id:member_id>/sign-out/", view("team.sign_out"), name="team_sign_out"),
    path("reminders/", view("reminders.account"), name="reminders"),
    path("collecting/", view("collecting.account"), name="collecting"),
    path("settings/", view("settings.start"), name="settings"),
    path(
        "connections/<public_id:connection_id>/secret/",
        view("settings.webhook_secret"),
        name="webhook_secret",
    ),
    path("settings/<public_id:business_id>/", include(settings_pages)),
]
