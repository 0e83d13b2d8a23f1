"""The install's own keys: from the environment, or kept beside an embedded database."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from cryptography.fernet import Fernet

from wainwright.core.files import keep

FILE = "keys.json"


def kept_in(data: Path) -> dict[str, str]:
    """Random keys made once in DATA/keys.json (readable by its owner alone) and read ever after."""
    path = data / FILE
    if not path.exists():
        fresh = {
            "secret_key": secrets.token_urlsafe(48),
            "encryption_keys": Fernet.generate_key().decode(),
        }
        keep(path, json.dumps(fresh).encode())
    keys: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return keys
