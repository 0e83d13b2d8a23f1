"""The ways into a demo, kept beside its data for whoever shows them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

FILE = "demo.json"


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody of the staff; `business` is empty for who sees all of them."""

    email: str
    name: str
    business: str


@dataclass(frozen=True, slots=True)
class Regular:
    """A customer whose hub is worth a look, and whose customer it is."""

    email: str
    name: str
    slug: str


@dataclass(frozen=True, slots=True)
class Ways:
    """Who may try what. That the file is there says that the demo is complete."""

    password: str
    logins: tuple[Login, ...]
    regulars: tuple[Regular, ...]

    @classmethod
    def read(cls, data: Path) -> Self | None:
        """None where there is no complete demo."""
        try:
            kept = json.loads((data / FILE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return cls(
            kept["password"],
            tuple(Login(**login) for login in kept["logins"]),
            tuple(Regular(**regular) for regular in kept["regulars"]),
        )

    def write(self, data: Path) -> None:
        draft = data / f"{FILE}.part"
        draft.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1), encoding="utf-8")
        draft.replace(data / FILE)
