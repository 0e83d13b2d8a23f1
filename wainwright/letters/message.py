"""A kept letter as the message that goes out."""

from __future__ import annotations

from email.headerregistry import Address
from email.utils import format_datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from wainwright.accounts import directory
from wainwright.accounts.models import Business
from wainwright.invoicing import files
from wainwright.invoicing.models import Document
from wainwright.letters.models import Letter
from wainwright.letters.rendering import Words, one_line


def build(letter: Letter, words: Words | None = None) -> EmailMultiAlternatives:
    """The message to the letter's one recipient; `words` replace those that were kept blanked.

    Its Message-ID is the letter's public id, so a repeat after an unknown answer is recognised.
    Other words are another message and count up.
    """
    business = letter.business
    mail = EmailMultiAlternatives(
        subject=words.subject if words else letter.subject,
        body=words.text if words else letter.text,
        from_email=sender(business),
        to=[one_line(letter.recipient)],
        reply_to=[one_line(business.support_email)] if business.support_email else None,
        headers={
            "Message-ID": message_id(letter, minted=letter.attempts if words else 0),
            "Date": format_datetime(letter.created_at),
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.attach_alternative(words.html if words else letter.html, "text/html")
    for reference in letter.attachments:
        mail.attach(*_resolved(reference))
    return mail


def message_id(letter: Letter, minted: int = 0) -> str:
    host = urlsplit(directory.origin(letter.business)).hostname
    number = f".{minted}" if minted > 1 else ""
    return f"<{letter.public_id}{number}@{host}>"


def sender(business: Business) -> str:
    """The business's name at its own address, or at the install's."""
    user, _at, domain = one_line(business.sender_email or settings.MAIL_FROM).rpartition("@")
    return str(Address(one_line(business.name), user, domain))


def _resolved(reference: dict[str, str]) -> tuple[str, bytes | str, str]:
    if "document" not in reference:
        return reference["name"], reference["text"], "text/plain"
    document = Document.objects.get(public_id=reference["document"])
    return files.file_name(document), files.pdf_of(document), "application/pdf"
