from __future__ import annotations

from wainwright.core.logs import hide


def test_tokens_in_addresses_are_hidden() -> None:
    assert hide("GET /b/acme/l/Zx9_abcdefghijklmnop/ 200") == "GET /b/acme/l/…/ 200"


def test_control_characters_cannot_forge_a_line() -> None:
    assert hide("name\x1b[31m\x00") == "name\\x1b[31m\\x00"
