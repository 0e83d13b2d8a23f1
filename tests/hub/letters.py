"""What stands in the letters sent so far: the way into the hub, as its reader finds it."""

from __future__ import annotations

import re
from typing import NamedTuple

from django.core import mail

_LINK = re.compile(r"https?://\S+?(/(?:b/[a-z0-9-]+/)?l/([A-Za-z0-9_-]{40,})/)")
_CODE = re.compile(r"^([0-9A-Z]{4}-[0-9A-Z]{4})$", re.MULTILINE)


class WayIn(NamedTuple):
    path: str
    token: str
    code: str


def newest_way_in() -> WayIn:
    text = mail.outbox[-1].body
    link, code = _LINK.search(text), _CODE.search(text)
    assert link, text
    assert code, text
    return WayIn(link[1], link[2], code[1])
