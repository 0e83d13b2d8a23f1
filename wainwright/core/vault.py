"""Secrets at rest: sealed with the install's keys, bound to their business and field."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class SecretUnreadable(Exception):
    """The stored secret was sealed with other keys, or belongs to another business or field."""


@dataclass(slots=True)
class Resealing:
    """A walk over stored secrets that seals each with the newest key; what it met so far."""

    met: int = 0
    anew: int = 0
    unreadable: list[str] = field(default_factory=list)

    def reseal(self, token: str, owner: str) -> str:
        """The token to store: a new one, or the same where it is new already or cannot be read."""
        self.met += 1
        try:
            fresh = reseal(token)
        except SecretUnreadable:
            self.unreadable.append(owner)
            return token
        self.anew += fresh != token
        return fresh


def seal(value: str, *, business_id: int, field: str) -> str:
    """Ciphertext that only opens for the same business and field."""
    content = json.dumps({"business": business_id, "field": field, "value": value})
    return _locks(*settings.ENCRYPTION_KEYS).encrypt(content.encode()).decode()


def unseal(token: str, *, business_id: int, field: str) -> str:
    try:
        content = json.loads(_locks(*settings.ENCRYPTION_KEYS).decrypt(token.encode()))
    except InvalidToken:
        raise SecretUnreadable("sealed with keys this install does not have") from None
    if (content["business"], content["field"]) != (business_id, field):
        raise SecretUnreadable("sealed for another business or field")
    value: str = content["value"]
    return value


def reseal(token: str) -> str:
    """The same secret under the newest key; the same token if it is sealed with that already."""
    with suppress(InvalidToken):
        Fernet(settings.ENCRYPTION_KEYS[0]).decrypt(token.encode())
        return token
    try:
        return _locks(*settings.ENCRYPTION_KEYS).rotate(token.encode()).decode()
    except InvalidToken:
        raise SecretUnreadable("sealed with keys this install does not have") from None


@lru_cache(maxsize=2)
def _locks(*keys: str) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
