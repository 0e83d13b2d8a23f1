"""Draws an issued document as a PDF: tagged for screen readers and fit for archives."""

from __future__ import annotations

import json
import struct
import threading
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wainwright.invoicing import printed
from wainwright.invoicing.content import DocumentContent

if TYPE_CHECKING:
    import typst

_HERE = Path(__file__).resolve().parent
_TEMPLATE = _HERE / "templates" / "document.typ"
_FONTS = _HERE / "fonts"
STANDARDS: list[typst.PDFStandard] = ["ua-1", "a-3a"]
_PNG_HEADER = b"IHDR"
_threads = threading.local()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A document's PDF. `flagged` where it had to be drawn outside the archive standards."""

    pdf: bytes
    flagged: bool = False
    flag_reason: str = ""


def draw(content: DocumentContent, logo: bytes | None = None) -> Drawn:
    """The PDF of a document, PDF/UA-1 and PDF/A-3a: the same bytes for the same content and logo.

    Text that our fonts cannot show still gives a document: a plain PDF with whatever fonts the
    machine has, flagged with the reason. `logo` is a PNG as `core.images.clean_logo` gives it; one
    that cannot be read any more is left out.
    """
    import typst

    moment = datetime.combine(content.issued_on, time(), tzinfo=UTC)
    page = printed.page(content)
    if logo is not None and len(logo) > 24 and logo[12:16] == _PNG_HEADER:
        page["logo"] = _framed(logo)
    try:
        return Drawn(_compile(page, moment, STANDARDS))
    except typst.TypstError as error:
        return Drawn(_plain(page, moment), flagged=True, flag_reason=error.message)


def _plain(page: dict[str, Any], moment: datetime) -> bytes:
    import typst

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


def compiler(any_font: bool = False) -> typst.Compiler:
    """One per thread: compiling borrows it whole, so two threads cannot share one."""
    import typst

    kept: dict[bool, typst.Compiler] = _threads.__dict__.setdefault("compilers", {})
    if any_font not in kept:
        kept[any_font] = typst.Compiler(
            _TEMPLATE,
            root=_TEMPLATE.parent,
            font_paths=_fonts(any_font),
            ignore_system_fonts=not any_font,
        )
    return kept[any_font]


@cache
def _fonts(any_font: bool) -> typst.Fonts:
    """Ours alone, so that every machine draws alike; `any_font` adds those of the machine."""
    import typst

    return typst.Fonts(
        include_system_fonts=any_font, include_embedded_fonts=False, font_paths=[_FONTS]
    )


def _framed(logo: bytes) -> str:
    """The PNG inside an SVG frame of fixed shape, set left and scaled to fit, at most doubled.

    Text is what Typst takes as input without a file; the frame loads nothing but the data in it.
    """
    width, height = struct.unpack(">II", logo[16:24])
    box = f'width="{min(500, 2 * width)}" height="{min(140, 2 * height)}"'
    data = b64encode(logo).decode("ascii")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 500 140">'
        f'<image {box} preserveAspectRatio="xMinYMin meet" href="data:image/png;base64,{data}"/>'
        "</svg>"
    )
