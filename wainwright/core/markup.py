"""HTML that sellers write, made harmless: cleaned when kept and again when shown.

Placeholders are filled after cleaning, with escaped values, and in text only: an address in a link
holds none. Nothing of it is ever evaluated as a template.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape

# No pictures: one from elsewhere would tell others who reads the page.
TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "h3", "h4", "blockquote"}
SCHEMES = {"https", "mailto"}

_PLACEHOLDER = re.compile(r"\{([a-z_]{1,40})\}")


@lru_cache(maxsize=256)  # shown with every page
def clean(html: str) -> str:
    """The same text with allowed tags only; links lead to https or mailto and pass nothing on."""
    if not html:
        return ""
    import nh3  # two megabytes, which a shop without such texts can spare

    return nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}},
        attribute_filter=_without_placeholders,
        url_schemes=SCHEMES,
        url_relative="deny",
        link_rel="noopener nofollow",
    )


def fill(html: str, values: Mapping[str, str]) -> str:
    """Cleaned HTML with {name} replaced by its escaped value; unknown names stay as typed."""

    def value(found: re.Match[str]) -> str:
        name = found[1]
        return escape(values[name]) if name in values else found[0]

    return _PLACEHOLDER.sub(value, clean(html))


def _without_placeholders(tag: str, attribute: str, value: str) -> str:
    return value.replace("{", "%7B").replace("}", "%7D")
