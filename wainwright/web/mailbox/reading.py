"""Reading the folder that letters.folder writes."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from pathlib import Path

from django.conf import settings

_NAME = re.compile(r"[\w.-]+\.eml", re.ASCII)
_HEADER_BYTES = 8192


@dataclass(frozen=True, slots=True)
class Heading:
    """What a list shows of a letter."""

    name: str
    to: str
    sender: str
    subject: str
    sent_at: datetime


def newest(recipient: str = "", most: int = 100) -> list[Heading]:
    """The newest letters, first those sent last; `recipient` is part of an address."""
    found: list[Heading] = []
    for heading in _headings():
        if recipient.lower() in heading.to.lower():
            found.append(heading)
        if len(found) == most:
            break
    return found


def read(name: str) -> EmailMessage | None:
    """The whole letter of that file name; None where there is none."""
    path = Path(settings.MAIL_FOLDER) / name
    if not _NAME.fullmatch(name) or not path.is_file():
        return None
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def body(message: EmailMessage, kind: str) -> str:
    """The part of kind "plain" or "html"."""
    part = message.get_body((kind,))
    return "" if part is None else str(part.get_content())


def _headings() -> Iterator[Heading]:
    # Names begin with the moment of sending, so their order is the order of the letters.
    for path in sorted(Path(settings.MAIL_FOLDER).glob("*.eml"), reverse=True):
        with path.open("rb") as file:
            start = file.read(_HEADER_BYTES)
        headers = BytesHeaderParser(policy=email.policy.default).parsebytes(start)
        yield Heading(
            name=path.name,
            to=str(headers["To"]),
            sender=str(headers["From"]),
            subject=str(headers["Subject"]),
            sent_at=headers["Date"].datetime,
        )
