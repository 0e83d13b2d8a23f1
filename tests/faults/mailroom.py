"""A mail server that takes every letter and remembers which."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller

from tests.postgres import free_port

SECONDS_OF_SLOWNESS = 6


@dataclass
class Mailroom:
    """How often each Message-ID came, and whom it was for."""

    url: str
    came: Counter[str] = field(default_factory=Counter)
    recipients: dict[str, str] = field(default_factory=dict)
    slow: bool = False  # each letter is taken, and the answer keeps the sender waiting

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        public_id = str(letter["Message-ID"]).strip("<>").partition("@")[0]
        self.came[public_id] += 1
        self.recipients[public_id] = envelope.rcpt_tos[0]
        if self.slow:
            await asyncio.sleep(SECONDS_OF_SLOWNESS)
        return "250 OK"


@contextmanager
def open_mailroom() -> Iterator[Mailroom]:
    port = free_port()
    room = Mailroom(f"smtp://127.0.0.1:{port}")
    controller = Controller(room, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield room
    finally:
        controller.stop()
