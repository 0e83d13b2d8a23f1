"""Renews so many customers in batches; for each a list of the [SQL, parameters] that wrote."""

from __future__ import annotations

import json
from itertools import batched
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from wainwright.accounts.models import Business
from wainwright.bench.names import SHOP
from wainwright.bench.written import WRITES, plain
from wainwright.billing import renewals
from wainwright.core import tenancy, writing
from wainwright.core.sweeping import BATCH
from wainwright.customers.models import Customer


def main(count: str) -> None:
    writing.ROWS_AT_ONCE = 1  # each row by a statement of its own
    business = Business.everywhere.get(slug=SHOP)
    heard: list[list[Any]] = []

    def listen(execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
        if statement.startswith(WRITES):
            heard.append([statement, [plain(each) for each in params or ()]])
        return execute(statement, params, many, context)

    written = []
    with tenancy.scope(business.account_id, tenancy.TEST), connection.execute_wrapper(listen):
        payers = Customer.objects.order_by("pk").values_list("pk", flat=True)[: int(count)]
        for batch in batched(payers, BATCH):
            renewals.charge_payers(batch)
            written.append(heard[:])
            heard.clear()
    print(json.dumps(written, cls=DjangoJSONEncoder))
