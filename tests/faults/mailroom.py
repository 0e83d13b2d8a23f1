"""A mail server that remembers every letter it took, and may be moody.

Its moods are drawn by lot for each letter: it refuses for now or for good, takes the letter and is
silent for longer than a sender waits, or takes it and drops the line. Whoever sends cannot know
then whether it has the letter.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from tests.postgres import free_port

SECONDS_OF_SLOWNESS = 6
SECONDS_OF_SILENCE = 25  # a sender waits 20
NOT_NOW, NEVER, SILENT, DROPS = "not now", "never", "silent", "drops"
MOODS = {NOT_NOW: 0.08, NEVER: 0.08, SILENT: 0.02, DROPS: 0.12, "": 0.7}
ANSWERS = {NOT_NOW: "451 4.3.0 Not now", NEVER: "554 5.7.1 Not here"}


@dataclass
class Mailroom:
    """How often each Message-ID came, whom it was for, and what it said."""

    url: str
    came: Counter[str] = field(default_factory=Counter)
    recipients: dict[str, str] = field(default_factory=dict)
    said: dict[str, set[str]] = field(default_factory=dict)
    moods: Counter[str] = field(default_factory=Counter)
    slow: bool = False  # each letter is taken, and the answer keeps the sender waiting
    _chance: random.Random | None = None

    @contextmanager
    def moody(self, seed: int) -> Iterator[None]:
        self._chance = random.Random(seed)
        try:
            yield
        finally:
            self._chance = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        mood = self._mood()
        if mood in ANSWERS:
            return ANSWERS[mood]
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.take(letter, envelope.rcpt_tos[0])
        if self.slow:
            await asyncio.sleep(SECONDS_OF_SLOWNESS)
        if mood == SILENT:
            await asyncio.sleep(SECONDS_OF_SILENCE)
        if mood == DROPS:
            server.transport.abort()
        return "250 OK"

    def take(self, letter: EmailMessage, recipient: str) -> None:
        public_id = str(letter["Message-ID"]).strip("<>").partition("@")[0]
        self.came[public_id] += 1
        self.recipients[public_id] = recipient
        words = letter.get_body(("plain",))
        assert words is not None
        self.said.setdefault(public_id, set()).add(f"{letter['Subject']}\n{words.get_content()}")

    def _mood(self) -> str:
        if self._chance is None:
            return ""
        (mood,) = self._chance.choices(list(MOODS), list(MOODS.values()))
        self.moods[mood] += 1
        return mood


def kept_in(folder: Path) -> Mailroom:
    """What was laid into a folder instead of being sent."""
    room = Mailroom("")
    for file in sorted(folder.glob("*.eml")):
        letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        room.take(letter, str(letter["To"]))
    return room


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
