"""Real browsers for the stories: how they are started, and what no page may do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
MILLISECONDS = 10_000


def program() -> str:
    found = (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    )
    if not found:
        raise RuntimeError("Chromium is not installed: run bin/setup --test")
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visits(browser: Browser) -> Iterator[Callable[..., Page]]:
    """A way to open pages, each in a context of its own.

    At the end a script error or anything the Content-Security-Policy had to block fails the story.
    """
    contexts, faults = [], []

    def heard(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            faults.append(f"{message.location.get('url')}: {message.text}")

    def open_page(screen: dict[str, Any] = DESKTOP, **options: Any) -> Page:
        context = browser.new_context(**({"locale": "en-GB"} | screen | options))
        contexts.append(context)
        context.set_default_timeout(MILLISECONDS)
        context.on("console", heard)
        context.on("weberror", lambda error: faults.append(f"script: {error.error}"))
        return context.new_page()

    try:
        yield open_page
    finally:
        for context in contexts:
            context.close()
    if faults:
        raise AssertionError("\n".join(faults))


def axe(page: Page) -> None:
    """Fails with every rule of WCAG 2.2 AA that the page breaks, and where."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    broken = [
        f"{violation['id']} ({violation['help']}): "
        + "; ".join(node["html"][:200] for node in violation["nodes"][:5])
        for violation in found.response["violations"]
    ]
    if broken:
        raise AssertionError("\n".join([f"{page.url} breaks:", *broken]))
