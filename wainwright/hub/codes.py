"""Codes that a person reads in a letter and types: eight characters that cannot be misread.

And how secrets are kept: codes by a slow hash, tokens of 256 bits by a plain one.
"""

from __future__ import annotations

import hashlib
import secrets

from django.contrib.auth.hashers import Argon2PasswordHasher, make_password

# Crockford's 32 letters and digits: 8 of them are 40 bits. I, L and O are read as 1, 1 and 0.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
_MISREAD = str.maketrans("ILO", "110")


class CodeHasher(Argon2PasswordHasher):
    """Slow enough for 40 bits that live ten minutes, without the cost of a staff password."""

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1


_hasher = CodeHasher()
_nobodys = make_password(secrets.token_urlsafe(16), hasher=_hasher)


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def grouped(code: str) -> str:
    """How a letter shows it: K7QM-2XHD."""
    return f"{code[:4]}-{code[4:]}"


def typed(text: str) -> str:
    """The code as it was meant, however it was grouped or capitalised."""
    return "".join(letter for letter in text.upper() if letter.isalnum()).translate(_MISREAD)


def hashed(code: str) -> str:
    return make_password(code, hasher=_hasher)


def fits(text: str, code_hash: str) -> bool:
    """Whether `text` is the code behind the hash. Takes as long where there is no hash."""
    return _hasher.verify(typed(text), code_hash or _nobodys) and bool(code_hash)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest() if token else ""
