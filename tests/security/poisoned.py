"""The poisoned shop on a running server, and a browser that is signed in there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.cast import PASSWORD
from tests.server import Server


def poisoned(server: Server) -> dict[str, Any]:
    """The shop laid over the server's data; the pages to open."""
    of_tests = ("WAINWRIGHT_", "DATABASE_", "DJANGO_")
    own = {name: value for name, value in os.environ.items() if not name.startswith(of_tests)}
    done = subprocess.run(
        [sys.executable, "-m", "tests.security.poisoning", str(server.data_dir)],
        env=own | {"WAINWRIGHT_URL": server.base_url},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def sign_in(page: Page, server: Server, world: dict[str, Any]) -> None:
    """As who owns the account, and as who bought there."""
    page.goto(f"{server.base_url}/accounts/login/")
    page.locator("[name=login]").fill("ann@agency.example")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[data-after-passkey] button").click()
    page.wait_for_url("**/dashboard/**")
    name, value = world["cookie"]
    page.context.add_cookies(
        [{"name": name, "value": value, "url": server.base_url.replace("http:", "https:")}]
    )
