"""B4: guessing a staff password is counted once for all server processes."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from tests.server import Server
from tests.stories.people import PASSWORD

pytestmark = pytest.mark.slow


class TwoProcesses(Server):
    """The web server as it runs on a machine with two cores."""

    def _start(self, *arguments: str) -> None:
        super()._start(*arguments, *(["--workers", "2"] if arguments[0] == "serve" else []))


def submit(address: str, **typed: str) -> httpx.Response:
    """A form as a fresh visitor sends it, to whichever process is free."""
    with httpx.Client(follow_redirects=True) as visitor:
        page = visitor.get(address)
        token = visitor.cookies["csrftoken"]
        fields = typed | {"csrfmiddlewaretoken": token}
        return visitor.post(page.url, data=fields, headers={"Referer": str(page.url)})


def test_five_wrong_passwords_are_five_over_all_processes(tmp_path: Path) -> None:
    with TwoProcesses(tmp_path / "data") as server:
        told = server.run(
            "createaccount", "--slug", "als", "--email", "al@al.example", "--name", "Al"
        )
        first = re.search(r"http\S+/password/reset/key/\S+", told)
        assert first
        submit(first[0], password1=PASSWORD, password2=PASSWORD)
        login = f"{server.base_url}/accounts/login/"
        assert "dashboard" in str(submit(login, login="al@al.example", password=PASSWORD).url)
        for _ in range(5):
            submit(login, login="al@al.example", password="a wrong one")
        last = submit(login, login="al@al.example", password=PASSWORD)
        assert "That was tried too often" in last.text
        assert "dashboard" not in str(last.url)
