"""B6: whatever sellers and buyers write, no page of ours runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.cast import PASSWORD
from tests.server import Server

pytestmark = pytest.mark.slow

TRAP = "window.alert = () => { window.caught = (window.caught || 0) + 1; };"
# Whatever could act, or lead to something that does, and is not ours.
FOREIGN = """() => [...document.querySelectorAll("*")].filter((element) =>
    [...element.attributes].some(({name, value}) =>
        name.startsWith("on") || name === "style" || name === "srcdoc" || name === "contenteditable"
        || (["href", "src", "action", "formaction", "data", "xlink:href"].includes(name)
            && /^\\s*(javascript|data:text|vbscript)/i.test(value)))
    || element.matches("iframe, object, embed, base, math, marquee, video, audio, body style, xss"
        + ", meta[http-equiv], template, noscript, link[rel=stylesheet]:not([href^='/'])"
        + ", script:not([src^='/static/']):not([type='application/json'])")
  ).map((element) => element.outerHTML.slice(0, 200))"""


def poisoned(server: Server) -> dict[str, Any]:
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


def test_t_xss_nothing_that_was_stored_is_run(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    """Scripts, events and addresses; the browser's own report of a blocked one fails as well."""
    with Server(tmp_path / "data") as server:
        world = poisoned(server)
        page = open_page()
        page.add_init_script(TRAP)
        page.on("dialog", lambda dialog: pytest.fail(f"{page.url} opened {dialog.message}"))
        page.goto(f"{server.base_url}/accounts/login/")
        page.locator("[name=login]").fill("ann@agency.example")
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("[data-after-passkey] button").click()
        page.wait_for_url("**/dashboard/**")
        name, value = world["cookie"]
        page.context.add_cookies(
            [{"name": name, "value": value, "url": server.base_url.replace("http:", "https:")}]
        )
        faults = []
        page.goto(f"{server.base_url}/_mail/")
        hrefs = page.eval_on_selector_all("main a", "links => links.map((link) => link.pathname)")
        letters = [href.strip("/") for href in hrefs if "/_mail/" in href][:10]
        assert letters
        letters += [f"{letter}/html" for letter in letters]
        mail = ["_mail/", *(f"{letter}/" for letter in letters)]
        for path in [*world["staff"], *world["pages"], *world["hub"], *mail]:
            answer = page.goto(f"{server.base_url}/{path}")
            assert answer is not None
            assert answer.status == 200, path
            faults += [f"{path}: {html}" for html in page.evaluate(FOREIGN)]
            if page.evaluate("window.caught || 0"):
                faults.append(f"{path}: ran what was stored")
        assert not faults, "\n".join(faults[:20])


def test_the_trap_itself_catches(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.add_init_script(TRAP)
    page.goto("about:blank")
    page.set_content("<img src=x onerror=alert(1)>")
    page.wait_for_function("window.caught === 1")
    assert page.evaluate(FOREIGN) == ['<img src="x" onerror="alert(1)">']
