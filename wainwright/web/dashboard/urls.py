from __future__ import annotations

from django.urls import include, path, register_converter

from wainwright.web.dashboard import (
    businesses,
    cancelling,
    collecting,
    customers,
    decisions,
    deeds,
    differences,
    documents,
    home,
    hublink,
    orders,
    pausing,
    places,
    plans,
    prices,
    products,
    refunds,
    reminders,
    search,
    settings,
    statements,
    subscription,
    subscriptions,
    team,
    transactions,
    you,
)
from wainwright.web.paths import PublicId

register_converter(PublicId, "public_id")

app_name = "dashboard"

product_pages = [
    path("", products.product, name="product"),
    path("mode/", products.switch, name="product_mode"),
    path("archive/", products.archive, name="product_archive"),
    path("prices/new/", prices.new, name="price_new"),
    path("reminders/", reminders.of_product, name="product_reminders"),
    path("reminders/drop/", reminders.drop, name="product_reminders_drop"),
    path("collecting/", collecting.of_product, name="product_collecting"),
    path("collecting/drop/", collecting.drop, name="product_collecting_drop"),
]
price_pages = [
    path("replace/", prices.replace, name="price_replace"),
    path("archive/", prices.archive, name="price_archive"),
    path("prefer/", prices.prefer, name="price_prefer"),
]
subscription_pages = [
    path("", subscription.page, name="subscription"),
    path("plan/", plans.change, name="subscription_change"),
    path("plan/keep/", plans.keep, name="subscription_keep"),
    path("pause/", pausing.pause, name="subscription_pause"),
    path("resume/", pausing.resume, name="subscription_resume"),
    path("back/", pausing.bring_back, name="subscription_back"),
    path("cancel/", cancelling.cancel, name="subscription_cancel"),
    path("cancel/undo/", cancelling.undo, name="subscription_undo"),
]
settings_pages = [
    path("", settings.identity, name="settings_identity"),
    path("hub/", settings.hub, name="settings_hub"),
    path("logo/", settings.logo, name="settings_logo"),
    path("documents/", settings.documents, name="settings_documents"),
    path("payments/", settings.payments, name="settings_payments"),
    path("address/", hublink.address, name="hub_address"),
    path("address/code.<str:kind>", hublink.code, name="hub_code"),
]

urlpatterns = [
    path("", home.page, name="home"),
    path("you/", you.page, name="you"),
    path("you/sessions/end/", you.end_others, name="you_end_others"),
    path("you/sessions/<public_id:session_id>/end/", you.end_session, name="you_end_session"),
    path("places/", places.places, name="places"),
    path("mode/", places.mode, name="mode"),
    path("search/", search.page, name="search"),
    path("products/", products.products, name="products"),
    path("products/new/", products.new, name="product_new"),
    path("products/<public_id:product_id>/", include(product_pages)),
    path("prices/<public_id:price_id>/", include(price_pages)),
    path("transactions/", transactions.page, name="transactions"),
    path("transactions/csv/", transactions.sheet, name="transactions_csv"),
    path("orders/<public_id:order_id>/", orders.page, name="order"),
    path("payments/<public_id:payment_id>/refund/", refunds.page, name="refund"),
    path("subscriptions/", subscriptions.page, name="subscriptions"),
    path("subscriptions/csv/", subscriptions.sheet, name="subscriptions_csv"),
    path("subscriptions/acts/csv/", deeds.sheet, name="deeds_csv"),
    path("subscriptions/<public_id:subscription_id>/", include(subscription_pages)),
    path("customers/", customers.customers, name="customers"),
    path("customers/csv/", customers.sheet, name="customers_csv"),
    path("customers/<public_id:customer_id>/", customers.customer, name="customer"),
    path("customers/<public_id:customer_id>/hub-link/", customers.hub_link, name="hub_link"),
    path("documents/", documents.documents, name="documents"),
    path("documents/year/", documents.year, name="documents_year"),
    path("documents/<public_id:document_id>/pdf/", documents.pdf, name="document_pdf"),
    path("statements/", statements.statements, name="statements"),
    path("statements/<public_id:statement_id>/", statements.statement, name="statement"),
    path("statements/<public_id:statement_id>/reopen/", statements.reopen, name="statement_reopen"),
    path("decisions/", decisions.decisions, name="decisions"),
    path("decisions/<public_id:hold_id>/", decisions.decide, name="decide"),
    path("differences/", differences.differences, name="differences"),
    path("differences/<public_id:difference_id>/", differences.difference, name="difference"),
    path("businesses/", businesses.businesses, name="businesses"),
    path("businesses/new/", businesses.new, name="business_new"),
    path("team/", team.team, name="team"),
    path("team/invite/", team.invite, name="team_invite"),
    path("team/<public_id:member_id>/remove/", team.remove, name="team_remove"),
    path("team/<public_id:member_id>/sign-out/", team.sign_out, name="team_sign_out"),
    path("reminders/", reminders.account, name="reminders"),
    path("collecting/", collecting.account, name="collecting"),
    path("settings/", settings.start, name="settings"),
    path("settings/<public_id:business_id>/", include(settings_pages)),
]
