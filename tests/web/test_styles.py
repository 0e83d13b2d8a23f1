"""Promises of the stylesheets, scripts and templates as a whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

WEB = Path(settings.PACKAGE) / "web"
CSS = sorted((WEB / "static/css").rglob("*.css"))
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
ALL_CSS = "".join(path.read_text() for path in CSS)


def test_main_imports_every_stylesheet_once() -> None:
    main = (WEB / "static/css/main.css").read_text()
    imported = re.findall(r'@import url\("([^"]+)"\) layer\(\w+\)', main)
    names = [str(path.relative_to(WEB / "static/css")) for path in CSS]
    assert sorted(imported) == [name for name in sorted(names) if name != "main.css"]


def test_all_styles_and_scripts_leave_room_for_the_page() -> None:
    scripts = sum(path.stat().st_size for path in (WEB / "static/js").glob("*.js"))
    icons = (WEB / "static/images/icons.svg").stat().st_size
    assert len(ALL_CSS) + scripts + icons < 60_000


def test_every_token_that_is_used_is_defined() -> None:
    used = set(re.findall(r"var\((--[\w-]+)", ALL_CSS))
    defined = set(re.findall(r"(--[\w-]+):", ALL_CSS))
    assert used <= defined


def test_colours_are_named_in_the_tokens_only() -> None:
    colour = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)\(", re.IGNORECASE)
    allowed = {"tokens.css", "print.css"}
    assert [
        path.name for path in CSS if path.name not in allowed and colour.search(path.read_text())
    ] == []


def test_directions_are_logical() -> None:
    physical = re.compile(
        r"(?<![\w-])(?:margin|padding|border)-(?:left|right)|text-align: (?:left|right)"
    )
    assert [path.name for path in CSS if physical.search(path.read_text())] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(WEB)))
def test_templates_hold_no_inline_style_or_script(path: Path) -> None:
    source = path.read_text()
    if path.name != "letter.html":
        assert not re.search(r"<style|\sstyle=", source)
    assert not re.search(r"<script(?![^>]*\ssrc=)", source)
    assert not re.search(r"\son[a-z]+=", source)


def test_vendored_scripts_bring_their_licence() -> None:
    vendor = WEB / "static/vendor"
    assert (vendor / "htmx-LICENSE.txt").exists()
    assert "htmx-4.0.1.min.js" in (WEB / "templates/layouts/dashboard.html").read_text()
    assert (vendor / "htmx-4.0.1.min.js").stat().st_size > 30_000
