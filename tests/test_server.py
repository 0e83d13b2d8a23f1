"""The install that stories run against is a real one, and it is gone afterwards."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.server import Server


@pytest.mark.slow
def test_a_server_answers_runs_commands_and_ends(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        assert httpx.get(f"{server.base_url}/health/").text == "ok\n"
        server.run(
            "createaccount", "--slug", "acme", "--email", "alice@acme.example", "--name", "Acme"
        )
        assert "acme" in server.run(
            "createaccount",
            "--slug",
            "acme",
            "--email",
            "bob@acme.example",
            "--name",
            "Acme again",
            expect=1,
        )
        assert server.mails() == []
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.base_url}/health/")
