"""Books payments and tells which statements wrote: for each a list of [SQL, parameters]."""

from __future__ import annotations

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from wainwright.accounts.models import Business
from wainwright.bench.booked import answer_of
from wainwright.bench.names import SHOP
from wainwright.core import tenancy
from wainwright.payments import booking

WRITES = ("INSERT", "UPDATE", "DELETE")


def main(paid: str) -> None:
    business = Business.everywhere.get(slug=SHOP)
    print("[")
    with tenancy.scope(business.account_id, tenancy.TEST):
        for number, (key, _public_id) in enumerate(json.loads(paid)):
            heard: list[list[Any]] = []

            def listen(
                execute: Any, statement: str, params: Any, many: bool, context: Any,
                heard: list[list[Any]] = heard,
            ) -> Any:  # fmt: skip
                if statement.startswith(WRITES):
                    heard.append([statement, [plain(each) for each in params or ()]])
                return execute(statement, params, many, context)

            outcome, info = answer_of(key)
            with connection.execute_wrapper(listen):
                booking.book_described(key, outcome, info)
            print("," if number else "", json.dumps(heard, cls=DjangoJSONEncoder))
    print("]")


def plain(value: Any) -> Any:
    """As JSON can keep it; the drivers take text for every type."""
    if value is None or isinstance(value, int | float | str | bool):
        return value
    return json.dumps(value.obj) if hasattr(value, "obj") else str(value)
