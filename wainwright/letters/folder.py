"""Letters as files instead of mail, for the demo and for development."""

from __future__ import annotations

import email.policy
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from wainwright.core import clock
from wainwright.core.files import keep


class FolderBackend(BaseEmailBackend):
    """Keeps each message whole as <UTC timestamp>-<public id>.eml, exactly as SMTP would get it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.folder = Path(settings.MAIL_FOLDER)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for mail in email_messages:
            self._keep(mail)
        return len(email_messages)

    def _keep(self, mail: EmailMessage) -> None:
        message = mail.message(policy=email.policy.SMTP)
        name = re.sub(r"[^\w.-]", "", message["Message-ID"].partition("@")[0])
        stamp = clock.wall().strftime("%Y%m%dT%H%M%S.%fZ")
        # A reader of the folder sees whole letters only.
        keep(self.folder / f"{stamp}-{name}.eml", message.as_bytes())
