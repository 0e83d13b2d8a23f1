"""Renews so many customers one by one; for each a list of the [SQL, parameters] that wrote."""

from __future__ import annotations

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from wainwright.accounts.models import Business
from wainwright.bench.names import SHOP
from wainwright.bench.written import WRITES, plain
from wainwright.billing import renewals
from wainwright.core import tenancy
from wainwright.customers.models import Customer


def main(count: str) -> None:
    business = Business.everywhere.get(slug=SHOP)
    heard: list[list[Any]] = []

    def listen(execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
        if statement.startswith(WRITES):
            heard.append([statement, [plain(each) for each in params or ()]])
        return execute(statement, params, many, context)

    written = []
    with tenancy.scope(business.account_id, tenancy.TEST), connection.execute_wrapper(listen):
        for customer in Customer.objects.order_by("pk").values_list("pk", flat=True)[: int(count)]:
            renewals.charge_payers([customer])
            written.append(heard[:])
            heard.clear()
    print(json.dumps(written, cls=DjangoJSONEncoder))
