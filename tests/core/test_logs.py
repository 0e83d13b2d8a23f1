from __future__ import annotations

import io
import logging

from wainwright.core.logs import HideSecrets, SetIn, hide


def test_tokens_in_addresses_are_hidden() -> None:
    assert hide("GET /b/acme/l/Zx9_abcdefghijklmnop/ 200") == "GET /b/acme/l/…/ 200"


def test_control_characters_cannot_forge_a_line() -> None:
    assert hide("name\x1b[31m\x00") == "name\\x1b[31m\\x00"
    assert hide("Ada\nERROR paid\r\u2028") == "Ada\\nERROR paid\\r\\u2028"


def test_a_traceback_begins_no_line_and_holds_no_token() -> None:
    sink = io.StringIO()
    handler = logging.StreamHandler(sink)
    handler.addFilter(HideSecrets())
    handler.setFormatter(SetIn("LINE {message}", style="{"))
    log = logging.Logger("forging")
    log.addHandler(handler)
    try:
        raise ValueError("Ada\nLINE paid /l/Zx9_abcdefghijklmnop/")
    except ValueError:
        log.exception("no order for %s", "Ada\nLINE paid")
    lines = sink.getvalue().splitlines()
    assert [line for line in lines if line.startswith("LINE")] == [
        "LINE no order for Ada\\nLINE paid"
    ]
    assert "Zx9_abcdefghijklmnop" not in sink.getvalue()
