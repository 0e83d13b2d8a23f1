"""What a table's head needs to know about its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

Direction = Literal["ascending", "descending", ""]


@dataclass(frozen=True, slots=True)
class Column:
    """A heading: `number` aligns to the end, `sort_url` makes a link, `sorted` is the order now."""

    label: str
    number: bool = False
    sort_url: str = ""
    sorted: Direction = ""


def sortable(
    label: str, key: str, current: str, query: Mapping[str, str], *, number: bool = False
) -> Column:
    """A heading that sorts by `key`, and the other way when clicked again.

    `current` is the order shown now, such as "date" or "-date"; `query` the other parameters.
    """
    ascending, descending = current == key, current == f"-{key}"
    parameters = {name: value for name, value in query.items() if name not in ("sort", "page")}
    parameters["sort"] = f"-{key}" if ascending else key
    direction: Direction = "ascending" if ascending else "descending" if descending else ""
    return Column(label, number=number, sort_url=f"?{urlencode(parameters)}", sorted=direction)
