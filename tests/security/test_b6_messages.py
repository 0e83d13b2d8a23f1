"""B6: whatever sellers and buyers write, no page of ours runs it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.security.poisoned import poisoned, sign_in
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


def test_t_xss_nothing_that_was_stored_is_run(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    """Scripts, events and addresses; the browser's own report of a blocked one fails as well."""
    with Server(tmp_path / "data") as server:
        world = poisoned(server)
        page = open_page()
        page.add_init_script(TRAP)
        page.on("dialog", lambda dialog: pytest.fail(f"{page.url} opened {dialog.message}"))
        sign_in(page, server, world)
        faults = []
        page.goto(f"{server.base_url}/_mail/")
        hrefs = page.eval_on_selector_all("main a", "links => links.map((link) => link.pathname)")
        letters = [href.strip("/") for href in hrefs if "/_mail/" in href][:10]
        assert letters
        letters += [f"{letter}/html" for letter in letters]
        mail = ["_mail/", *(f"{letter}/" for letter in letters)]
        own = [f"{server.base_url}/{path}" for path in (*world["staff"], *world["pages"])]
        own += [f"{server.base_url}/{path}" for path in (*world["hub"], *mail)]
        for path in [*own, world["card"]]:
            answer = page.goto(path)
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
