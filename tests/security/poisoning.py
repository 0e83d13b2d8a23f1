"""`python -m tests.security.poisoning FOLDER`: a shop in which every name and note is an attack.

Run in a process of its own over a server's data; prints the pages to open, as JSON.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from typing import Any


def main(folder: str) -> None:
    os.environ["WAINWRIGHT_DATA"] = folder
    os.environ["DJANGO_SETTINGS_MODULE"] = "wainwright.settings"
    import django

    django.setup()
    sys.stdout.write(json.dumps(poison()))


def poison() -> dict[str, Any]:
    from tests import cast
    from tests.factories.buying import GOOD, begin, pay_at_gateway
    from tests.factories.shops import make_price, make_product
    from tests.security.vectors import VECTORS
    from wainwright.accounts.models import Business
    from wainwright.billing.models import Subscription
    from wainwright.checkout import paying
    from wainwright.core.tenancy import TEST, scope
    from wainwright.customers.finding import Contact
    from wainwright.hub import sessions, statements
    from wainwright.invoicing.models import Document
    from wainwright.payments.models import Connection, Payment

    everybody = cast.assemble()
    own = everybody.own
    staff = ["", "products/", "transactions/", "customers/", "subscriptions/", "documents/"]
    staff += ["statements/", "team/", "businesses/", "search/?q=alert", "you/"]
    staff += [
        f"settings/{everybody.own.public_id}/{page}"
        for page in ("", "hub/", "documents/", "payments/", "address/")
    ]
    staff += ["collecting/", "reminders/", "differences/", "decisions/"]
    pages = ["updateinfo/", "cancel/", "withdraw/", "imprint/", "privacy/"]
    hub = ["", "documents/"]
    with scope(everybody.account.pk, TEST):
        # Past every check, as if it had been stored before there was one.
        Business.objects.filter(pk=own.pk).update(
            name=VECTORS[0],
            legal_name=VECTORS[10],
            street=VECTORS[15],
            hub_message="".join(VECTORS),
        )
        own.refresh_from_db()
        for number, vector in enumerate(VECTORS):
            sort = "monthly" if number % 3 else "one_time"
            product = make_product(own, vector, slug=f"attack-{number}", label=vector[:100])
            price = make_price(product, sort, name=vector[:100])
            step = paying.pay(
                product=product,
                price=price,
                quantity=1,
                token=secrets.token_urlsafe(24),
                buyer=Contact(
                    "ada@buyer.example",
                    name=vector,
                    company=vector,
                    street=vector,
                    city=vector[:100],
                ),
                consent={"text": vector, "cadence": price.interval},
                language="en",
            )
            assert isinstance(step, paying.Redirect)
            payment = Payment.objects.select_related("connection__business").get(start_url=step.url)
            pay_at_gateway(payment, GOOD)
            placed = paying.returned(payment, {})
            assert isinstance(placed, paying.Placed)
            staff += [f"orders/{placed.order.public_id}/", f"products/{product.public_id}/"]
            pages.append(f"checkout/{product.slug}/")
            pages.append(f"checkout/thanks/{placed.order.public_id}/")
            if sort == "monthly" and number % 4 == 1:
                subscription = Subscription.objects.get(order=placed.order)
                document = Document.objects.get(order=placed.order)
                running = f"subscriptions/{subscription.public_id}/"
                acts = ("", "plan/", "day/", "pause/")
                staff += [f"{running}{act}" for act in (*acts, "cancel/")]
                staff.append(f"payments/{payment.public_id}/refund/")
                hub += [f"{running}{act}" for act in (*acts, "cancellation/")]
                hub.append(f"documents/{document.public_id}/")
            if number % 10 == 0:
                statement = statements.receive(
                    business=own,
                    kind="cancel",
                    name=vector,
                    email="ada@buyer.example",
                    contract=vector,
                    language="en",
                    form_key=secrets.token_urlsafe(16),
                    reason=vector,
                )
                staff.append(f"statements/{statement.public_id}/")
        customer = placed.order.customer
        type(customer).objects.filter(pk=customer.pk).update(name=VECTORS[0], company=VECTORS[10])
        staff.append(f"customers/{customer.public_id}/")
        link = Connection.objects.get(business=own)
        Connection.objects.filter(pk=link.pk).update(label=VECTORS[0])
        staff.append(f"connections/{link.public_id}/secret/")
        unpaid = begin(make_price(make_product(own, "Unpaid", slug="unpaid")))
        assert isinstance(unpaid, paying.Redirect)
        cookie = sessions.start(customer, agent=VECTORS[0])
    return {
        "staff": [f"dashboard/{path}" for path in staff],
        "pages": pages,
        "hub": [f"hub/{path}" for path in hub],
        "card": unpaid.url,
        "cookie": [sessions.cookie_name(own), cookie],
    }


if __name__ == "__main__":
    main(sys.argv[1])
