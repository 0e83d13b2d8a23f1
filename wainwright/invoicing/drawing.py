"""Draws an issued document as a PDF: tagged for screen readers and fit for archives."""

from __future__ import annotations

import json
import threading
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
_STANDARDS: list[typst.PDFStandard] = ["ua-1", "a-3a"]
_threads = threading.local()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A document's PDF. `flagged` where it had to be drawn outside the archive standards."""

    pdf: bytes
    flagged: bool = False
    flag_reason: str = ""


def draw(content: DocumentContent, logo: bytes | None = None) -> Drawn:
    """The PDF of a document, PDF/UA-1 and PDF/A-3a: the same bytes for the same content and logo.

    Text that our fonts cannot show still gives a document: a plain PDF, flagged with the reason.
    """
    import typst

    page = printed.page(content)
    if logo is not None:
        page["logo"] = list(logo)
    moment = datetime.combine(content.issued_on, time(), tzinfo=UTC)
    try:
        return Drawn(_compile(page, moment, _STANDARDS))
    except typst.TypstError as error:
        return Drawn(_compile(page, moment, []), flagged=True, flag_reason=error.message)


def _compile(page: dict[str, Any], moment: datetime, standards: list[typst.PDFStandard]) -> bytes:
    pdf = _compiler().compile(
        format="pdf",
        sys_inputs={"document": json.dumps(page)},
        pdf_standards=standards,
        timestamp=moment,
    )
    assert isinstance(pdf, bytes)
    return pdf


def _compiler() -> typst.Compiler:
    """One per thread: compiling borrows it whole, so two threads cannot share one."""
    import typst

    if not hasattr(_threads, "compiler"):
        _threads.compiler = typst.Compiler(
            _TEMPLATE, root=_TEMPLATE.parent, font_paths=_fonts(), ignore_system_fonts=True
        )
    compiler: typst.Compiler = _threads.compiler
    return compiler


@cache
def _fonts() -> typst.Fonts:
    import typst

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[_HERE / "fonts"]
    )
