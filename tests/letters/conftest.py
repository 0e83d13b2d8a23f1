"""A shop to write letters for, and a mail server that does as it is told."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from pytest_django import Settings

from tests.factories.shops import open_shop
from tests.postgres import free_port
from wainwright.accounts import opening
from wainwright.accounts.models import Business
from wainwright.core.tenancy import TEST, scope


@pytest.fixture
def business() -> Iterator[Business]:
    """One business that sells, with the scope of its test mode open."""
    owner = opening.open_account(
        slug="agency", name="Agency", email="ann@agency.example", country="DE", zone="Europe/Berlin"
    )
    with scope(owner.account_id, TEST):
        business = Business.objects.get()
        open_shop(business)
        yield business


@dataclass
class PostOffice:
    """Takes letters; `refuses` is its answer to recipients; `drops` cuts the line after one.

    It says nothing more when it comes to the command that `stalls` names; only letters to
    `only_for` are treated so, where it is set.
    """

    got: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    refuses: str = ""
    drops: bool = False
    stalls: str = ""
    only_for: str = ""

    async def handle_RCPT(self, server: Any, _s: Any, envelope: Any, to: str, _o: Any) -> str:  # noqa: N802
        if self.refuses:
            return self.refuses
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        self.got.append(letter)
        self.recipients.append(envelope.rcpt_tos)
        if self.drops and self._meant(envelope):
            server.transport.abort()
        await self._stall("DATA", envelope)
        return "250 OK"

    async def handle_QUIT(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        await self._stall("QUIT", envelope)
        return "221 Bye"

    async def _stall(self, command: str, envelope: Any) -> None:
        if self.stalls == command and self._meant(envelope):
            await asyncio.sleep(4)

    def _meant(self, envelope: Any) -> bool:
        return not self.only_for or self.only_for in envelope.rcpt_tos


@pytest.fixture
def post_office(settings: Settings) -> Iterator[PostOffice]:
    office, port = PostOffice(), free_port()
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 1},
        }
    }
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    yield office
    controller.stop()
