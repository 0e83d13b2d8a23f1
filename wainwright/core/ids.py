"""Public ids: random, prefixed by kind, safe in addresses."""

from __future__ import annotations

from wainwright.core.chance import token_bytes

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id(kind: str) -> str:
    """`kind` + "_" + 22 characters of 5 random bits each (110 bits), such as sub_4k2…"""
    return f"{kind}_{''.join(_ALPHABET[byte & 31] for byte in token_bytes(22))}"
