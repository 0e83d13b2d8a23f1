"""The press: a process that holds the typesetter, its fonts and its caches, 40 MB of them.

It starts with the first sheet and ends when none came for a while, so that whoever asks stays
small, gets the memory back, and outlives a typesetter that hangs or breaks. It is run by its path,
without the rest of the product.
"""

from __future__ import annotations

import json
import pickle
import signal
import socket
import sys
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

TEMPLATE = Path(__file__).resolve().parent / "templates" / "document.typ"
FONTS = Path(__file__).resolve().parent / "fonts"
STANDARDS: list[typst.PDFStandard] = ["ua-1", "a-3a"]
IDLE_SECONDS = 3


def serve(asker: socket.socket) -> None:
    """Answers each (page, moment) with (PDF, reason it is flagged or ""); ends with the asker."""
    with asker.makefile("rwb", buffering=1 << 17) as desk:
        while True:
            signal.alarm(IDLE_SECONDS)
            try:
                page, moment = pickle.load(desk)  # noqa: S301  our own parent
            except EOFError:
                return
            signal.alarm(0)
            pickle.dump(printed(page, moment), desk)
            desk.flush()


def printed(page: dict[str, Any], moment: datetime) -> tuple[bytes, str]:
    """The PDF to the archive's standards; else a plain one, and why."""
    try:
        return _compile(page, moment, STANDARDS), ""
    except typst.TypstError as error:
        return _plain(page, moment), error.message


def _plain(page: dict[str, Any], moment: datetime) -> bytes:
    try:
        return _compile(page, moment, [], any_font=True)
    except typst.TypstError:
        bare = {name: value for name, value in page.items() if name != "logo"}
        return _compile(bare, moment, [], any_font=True)


def _compile(
    page: dict[str, Any],
    moment: datetime,
    standards: list[typst.PDFStandard],
    *,
    any_font: bool = False,
) -> bytes:
    pdf = compiler(any_font).compile(
        format="pdf",
        sys_inputs={"document": json.dumps(page)},
        pdf_standards=standards,
        timestamp=moment,
    )
    assert isinstance(pdf, bytes)
    return pdf


@cache
def compiler(any_font: bool = False) -> typst.Compiler:
    """With our fonts alone, so that every machine draws alike; `any_font` adds the machine's."""
    fonts = typst.Fonts(
        include_system_fonts=any_font, include_embedded_fonts=False, font_paths=[FONTS]
    )
    return typst.Compiler(
        TEMPLATE, root=TEMPLATE.parent, font_paths=fonts, ignore_system_fonts=not any_font
    )


if __name__ == "__main__":
    with suppress(ConnectionError):  # of one who is gone before he had his answer
        serve(socket.socket(fileno=int(sys.argv[1])))
