"""The drawn documents: made once, when first needed, kept as files, never drawn again."""

from __future__ import annotations

import hashlib
import json
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from wainwright.accounts.models import Business
from wainwright.core.errors import NotFound
from wainwright.core.files import keep
from wainwright.invoicing.content import DocumentContent
from wainwright.invoicing.drawing import draw
from wainwright.invoicing.models import Document

log = logging.getLogger(__name__)


class DocumentDamaged(Exception):
    """The kept file is no longer the one that was drawn; nothing is shown in its place."""


def content_of(document: Document) -> DocumentContent:
    """The frozen content. Raises DocumentDamaged if it no longer has its hash."""
    if hashlib.sha256(document.content.encode()).hexdigest() != document.content_hash:
        raise DocumentDamaged(document.public_id)
    return DocumentContent.from_json(json.loads(document.content))


def path_of(document: Document) -> Path:
    """Where the drawn file lies: DATA/documents/<account>/<business>/<public id>.pdf"""
    folder = settings.DOCUMENTS_FOLDER / str(document.account_id) / str(document.business_id)
    return folder / f"{document.public_id}.pdf"


def file_name(document: Document) -> str:
    """What a download is called, such as 2026-0042.pdf; safe on every system."""
    safe = "".join(
        c if (c.isalnum() and c.isascii()) or c in "-_." else "-" for c in document.number_text
    )
    return f"{safe}.pdf"


def pdf_of(document: Document) -> bytes:
    """The PDF, drawn when first asked for. Two processes at once keep one and the same file."""
    path = path_of(document)
    if not document.pdf_sha256:
        _draw_once(document, path)
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != document.pdf_sha256:
        raise DocumentDamaged(document.public_id)
    return data


def _draw_once(document: Document, path: Path) -> None:
    undrawn = Document.objects.filter(pk=document.pk, pdf_sha256="")
    if not path.exists():
        business = Business.objects.get(pk=document.business_id)
        drawn = draw(content_of(document), logo_of(business))
        flagged = drawn.flag_reason[:200]
        if flagged != document.flagged:  # before the file: once that is kept, nobody draws again
            log.warning("document %s is flagged: %s", document.public_id, flagged or "no more")
            undrawn.update(flagged=flagged)
        keep(path, drawn.pdf)
    undrawn.update(pdf_sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    document.refresh_from_db(fields=["pdf_sha256", "flagged"])


def logo_of(business: Business) -> bytes | None:
    path = settings.UPLOADS_FOLDER / business.logo if business.logo else None
    return path.read_bytes() if path is not None and path.is_file() else None


def of_year(business: Business, year: int) -> Iterator[Document]:
    """The scope's documents issued in the year, in the order of their numbers."""
    rows = Document.objects.filter(business=business, issued_on__year=year)
    yield from rows.order_by("kind", "series_id", "number").iterator(chunk_size=500)


def year_zip(business: Business, year: int) -> IO[bytes]:
    """All documents of a year in one ZIP, as an open temporary file at its start."""
    import zipfile  # a megabyte in every process, for a page that is seldom asked for

    file = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller
    count = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for document in of_year(business, year):
            count += 1
            archive.writestr(f"{document.kind}/{file_name(document)}", pdf_of(document))
    if not count:
        file.close()
        raise NotFound(_("No documents were issued in %(year)s.") % {"year": year})
    file.seek(0)
    return file
