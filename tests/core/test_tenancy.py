from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError

from tests import cast
from tests.factories.shops import make_product
from wainwright.accounts.models import Business
from wainwright.catalog.models import Product
from wainwright.core import walls
from wainwright.core.tenancy import LIVE, TEST, NoScope, scope
from wainwright.customers.finding import Contact, find_or_create
from wainwright.customers.models import Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def everybody() -> cast.Cast:
    return cast.assemble()


def test_a_query_without_a_scope_is_refused() -> None:
    with pytest.raises(NoScope):
        Product.objects.count()


def test_a_scope_sees_its_own_account_only(everybody: cast.Cast) -> None:
    with scope(everybody.mallory.account_id, TEST):
        assert [business.slug for business in Business.objects.all()] == ["stranger"]


def test_a_scope_sees_its_own_mode_only(everybody: cast.Cast) -> None:
    with scope(everybody.account.pk, TEST):
        find_or_create(everybody.own.pk, Contact("ada@buyer.example"))
    with scope(everybody.account.pk, LIVE):
        assert not Customer.objects.exists()


def test_rows_of_another_account_are_not_written(everybody: cast.Cast) -> None:
    with scope(everybody.account.pk, TEST):
        product = make_product(everybody.own)
    with scope(everybody.mallory.account_id, TEST), pytest.raises(NoScope):
        product.save()


def test_the_same_address_at_two_businesses_is_two_customers(everybody: cast.Cast) -> None:
    with scope(everybody.account.pk, TEST):
        first = find_or_create(everybody.own.pk, Contact("Ada@buyer.example"))
        second = find_or_create(everybody.client.pk, Contact("ada@buyer.example"))
        again = find_or_create(everybody.own.pk, Contact("ada@BUYER.example"))
    assert first.pk == again.pk != second.pk


@pytest.mark.postgres
def test_the_database_itself_hides_other_accounts(everybody: cast.Cast) -> None:
    with scope(everybody.account.pk, TEST):
        make_product(everybody.own)
    with scope(everybody.mallory.account_id, TEST):
        assert Product.everywhere.count() == 0


@pytest.mark.postgres
def test_the_database_itself_refuses_rows_of_other_accounts(everybody: cast.Cast) -> None:
    with scope(everybody.account.pk, TEST):
        product = make_product(everybody.own)
    with (
        scope(everybody.mallory.account_id, TEST),
        pytest.raises(DatabaseError),
        transaction.atomic(),
    ):
        Product.everywhere.bulk_create(
            [Product(**_columns(product) | {"public_id": "prd_x", "slug": "x", "id": None})]
        )


@pytest.mark.postgres
def test_a_reference_into_another_account_is_refused(everybody: cast.Cast) -> None:
    with scope(everybody.account.pk, TEST):
        product = make_product(everybody.own)
        Product.objects.filter(pk=product.pk).update(business_id=everybody.stranger.pk)
        with pytest.raises(IntegrityError):
            connection.check_constraints()
        transaction.set_rollback(True)


@pytest.mark.postgres
def test_every_tenant_table_has_its_walls(everybody: cast.Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        walled = {name for (name,) in cursor.fetchall()}
    wanted = {
        model._meta.db_table
        for model in walls.tenant_models()
        if model._meta.label not in walls.DIRECTORY
    }
    assert wanted <= walled


def _columns(product: Product) -> dict[str, object]:
    return {field.attname: getattr(product, field.attname) for field in product._meta.fields}
