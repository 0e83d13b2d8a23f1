"""Secrets at rest: sealed with the install's keys, bound to their business and field."""

from __future__ import annotations

import json
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class SecretUnreadable(Exception):
    """The stored secret was sealed with other keys, or belongs to another business or field."""


@lru_cache(maxsize=1)
def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])


def seal(value: str, *, business_id: int, field: str) -> str:
    """Ciphertext that only opens for the same business and field."""
    content = json.dumps({"business": business_id, "field": field, "value": value})
    return _fernet().encrypt(content.encode()).decode()


def unseal(token: str, *, business_id: int, field: str) -> str:
    try:
        content = json.loads(_fernet().decrypt(token.encode()))
    except InvalidToken:
        raise SecretUnreadable("sealed with keys this install does not have") from None
    if (content["business"], content["field"]) != (business_id, field):
        raise SecretUnreadable("sealed for another business or field")
    value: str = content["value"]
    return value


def reseal(token: str) -> str:
    """The same secret under the newest key."""
    return _fernet().rotate(token.encode()).decode()
