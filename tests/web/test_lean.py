"""Hot pages take short ways; what they say is what the ordinary ways would say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.utils import translation

from tests.cast import desk_of
from tests.clocks import advance
from tests.factories import shops
from tests.factories.buying import LATER_DECLINED, buy
from tests.web.hub.browsing import Browser
from wainwright.accounts.models import Member
from wainwright.billing.rulebook import change_rules
from wainwright.core import tenancy
from wainwright.core.actors import SYSTEM
from wainwright.core.money import Money
from wainwright.core.prepared import Prepared
from wainwright.customers.models import Customer
from wainwright.payments.refunds import refund
from wainwright.web import folding

pytestmark = pytest.mark.django_db

HUB = ("/hub/", "/hub/documents/", "/hub/?q=work", "/hub/?kind=one_time")
DASHBOARD = (
    "/dashboard/transactions/",
    "/dashboard/transactions/?kind=charge",
    "/dashboard/transactions/?kind=refund&since=2020-01-01&until=2100-01-01",
    "/dashboard/transactions/?sort=date&page=2",
)


@pytest.fixture
def visits(shop: Any) -> list[tuple[Client, str]]:
    """Every hot page, as a customer or a member sees it who has some of everything."""
    change_rules(None, by=SYSTEM, revoke="any")
    prices = {
        sort: shops.make_price(shops.make_product(shop.own, f"Work {sort}", tax="19"), sort)
        for sort in ("one_time", "monthly", "split", "trial")
    }
    bought = [buy(price) for price in prices.values()]
    late = buy(prices["monthly"], card=LATER_DECLINED)
    refund(
        bought[0].payment,
        amount=Money(500, bought[0].payment.currency),
        note="",
        by=SYSTEM,
        form_key="once",
    )
    advance(shop.account.pk, 40)
    browser = Browser(shop.own)
    browser.enter(Customer.objects.get(email="ada@buyer.example"))
    mine = [f"/hub/subscriptions/{each.subscription.public_id}/" for each in (bought[1], late)]
    slug = prices["monthly"].product.slug
    here = f"/b/{shop.own.slug}"
    ann = desk_of(Member.objects.get(role=Member.OWNER).user)
    return [
        *((browser, here + path) for path in (*HUB, *mine, f"/checkout/{slug}/")),
        *((ann, path) for path in DASHBOARD),
    ]


@pytest.fixture
def shop(people: Any) -> Iterator[Any]:
    with tenancy.scope(people.account.pk, tenancy.TEST):
        yield people


@pytest.fixture
def people(db: None) -> Any:
    from tests import cast

    return cast.assemble()


@pytest.mark.slow
def test_prepared_questions_have_the_answers_of_plain_ones(visits, monkeypatch):
    lean: Callable[..., Any] = Prepared.__call__
    count = Prepared.count
    compared: dict[str, int] = {}

    def both(self: Prepared[Any], *values: Any, **shape: Any) -> list[Any]:
        found = lean(self, *values, **shape)
        plain = list(self.plain(*values, **shape))
        assert [whole(row) for row in found] == [whole(row) for row in plain], self.__name__
        name = f"{self.__module__}.{self.__qualname__}"
        compared[name] = compared.get(name, 0) + len(found)
        return found

    def counted(self: Prepared[Any], *values: Any, **shape: Any) -> int:
        found = count(self, *values, **shape)
        assert found == len(both(self, *values, **shape))
        return found

    monkeypatch.setattr(Prepared, "__call__", both)
    monkeypatch.setattr(Prepared, "count", counted)
    for client, path in visits:
        assert client.get(path).status_code == 200, path
    silent = {name.rpartition(".")[2] for name, rows in compared.items() if not rows}
    assert silent <= {"_cart", "_factors", "_worth"}  # nobody here has one
    assert len(compared) > 20


def whole(row: Any) -> Any:
    """All that was read of a record, and of the records joined to it."""
    if not isinstance(row, Model):
        return row
    joined = {name: whole(other) for name, other in row._state.fields_cache.items()}
    own = {name: value for name, value in row.__dict__.items() if name != "_state"}
    return type(row), own, joined, row._state.adding, row._state.db


@pytest.mark.slow
def test_folded_templates_say_what_plain_ones_say(visits, monkeypatch):
    for language in ("en", "de"):
        folded = [page(client, path, language) for client, path in visits]
        with monkeypatch.context() as patch:
            patch.setattr(folding.Folded, "env", property(lambda self: self._plain))
            plain = [page(client, path, language) for client, path in visits]
        assert folded == plain


def page(client: Client, path: str, language: str) -> str:
    """Its markup, without what is drawn by lot."""
    client.cookies["language"] = language
    response = client.get(path)
    assert response.status_code == 200
    return re.sub(r'(name="(?:csrfmiddlewaretoken|token)" value=)"[^"]+"', r"\1", response.text)


def test_a_translated_sentence_is_markup_and_what_is_put_in_is_not(shop):
    with translation.override("de"):
        environment = folding.engine().env
        template = environment.from_string('{{ _("Tax %(percent)s %%", percent=value) }}')
        assert template.render(value="<b>") == "Steuer &lt;b&gt;\u00a0%"
