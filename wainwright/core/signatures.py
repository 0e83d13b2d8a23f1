"""Signatures of webhooks, as Standard Webhooks describes them: HMAC-SHA256 over id.time.body."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable

from wainwright.core.chance import token_bytes

PREFIX = "whsec_"


def new_secret() -> str:
    """A fresh secret: whsec_ and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(token_bytes(32)).decode()


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The `webhook-signature` of a message, such as v1,g0hM9S…"""
    signed = b".".join([message_id.encode(), str(timestamp).encode(), body])
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def verified(
    secrets_: Iterable[str], message_id: str, timestamp: int, body: bytes, signatures: str
) -> bool:
    """Whether one of the space-separated signatures was made with one of the secrets.

    Every pair is compared, in constant time. Age is the caller's to judge.
    """
    given = [signature.encode() for signature in signatures.split()]
    made = [sign(secret, message_id, timestamp, body).encode() for secret in secrets_]
    matches = [hmac.compare_digest(one, other) for one in made for other in given]
    return any(matches)


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("a webhook secret is whsec_ and base64") from None
