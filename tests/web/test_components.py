from __future__ import annotations

import datetime as dt
import re

import pytest
from django import forms
from django.conf import settings
from django.utils import translation

from tests.web.rendering import part, render
from wainwright.core.money import Money
from wainwright.web import figures
from wainwright.web.tables import Column

NOON = dt.datetime(2026, 12, 3, 12, 5, tzinfo=dt.UTC)
STATES = (
    "active trialing past_due paused cancelled completed ending paid open refunded part_refunded "
    "test failed pending void draft"
).split()


class Buyer(forms.Form):
    email = forms.EmailField(label="E-mail", help_text="Your receipt goes here.")
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    kind = forms.ChoiceField(
        label="You buy as",
        choices=[("p", "A person"), ("b", "A business")],
        widget=forms.RadioSelect,
    )
    terms = forms.BooleanField(label="I agree")
    product = forms.CharField(widget=forms.HiddenInput, initial="prod_1")


def test_a_button_sends_its_form() -> None:
    assert part("button.button('Save', kind='primary', name='act', value='<1>')") == (
        '<button class="button primary" type="submit" name="act" value="&lt;1&gt;">'
        "<span>Save</span></button>"
    )


def test_a_link_may_look_like_a_button() -> None:
    assert part("button.link_button('Open', '/x/?a=1&b=2')") == (
        '<a class="button plain" href="/x/?a=1&amp;b=2"><span>Open</span></a>'
    )


def test_a_post_button_is_a_form_of_its_own() -> None:
    html = part("button.post_button('Undo', '/undo/', '', fields={'id': 7})")
    assert '<form class="post-button" method="post" action="/undo/" data-once>' in html
    assert '<input type="hidden" name="id" value="7">' in html


def test_a_field_ties_label_hint_and_input_together() -> None:
    html = part("field.field(form.email, autocomplete='email')", form=Buyer())
    assert '<label for="id_email">E-mail</label>' in html
    assert '<p class="hint" id="id_email_hint">Your receipt goes here.</p>' in html
    assert 'autocomplete="email"' in html
    assert 'aria-describedby="id_email_hint"' in html
    assert " required" in html


def test_a_wrong_field_says_so_to_everyone() -> None:
    html = part("field.field(form.email)", form=Buyer({"email": "<x>"}))
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_email_hint id_email_error"' in html
    assert re.search(r'<p class="error" id="id_email_error">.*valid email', html)
    assert 'value="&lt;x&gt;"' in html


def test_what_may_stay_empty_is_marked() -> None:
    assert "(optional)" in part("field.field(form.note)", form=Buyer())
    assert "(optional)" not in part("field.field(form.email)", form=Buyer())


def test_radio_buttons_stand_under_one_legend() -> None:
    html = part("field.field(form.kind)", form=Buyer({"kind": "b"}))
    assert "<legend>You buy as</legend>" in html
    assert html.count('type="radio"') == 2
    assert re.search(r'value="b"[^>]* checked', html)


def test_a_checkbox_lies_in_its_label() -> None:
    html = part("field.field(form.terms)", form=Buyer())
    assert re.search(
        r'<label class="option"><input type="checkbox"[^>]*><span>I agree</span>', html
    )


def test_all_fields_of_a_form_are_drawn_once() -> None:
    html = part("field.fields(form)", form=Buyer())
    assert [html.count(f'name="{name}"') for name in Buyer().fields] == [1, 1, 2, 1, 1]


def test_the_summary_of_errors_links_to_each_field() -> None:
    html = part("field.error_summary(form)", form=Buyer({}))
    assert 'role="alert"' in html
    assert '<a href="#id_email">E-mail</a>: This field is required.' in html
    assert part("field.error_summary(form)", form=Buyer()) == ""


def test_a_choice_is_a_card_with_a_radio_button() -> None:
    html = part("choice.choice('price', 'm', 'Monthly', aside='29 EUR', checked=true)")
    assert '<input type="radio" name="price" value="m" checked required>' in html
    assert "<span>Monthly</span> <span>29 EUR</span>" in html


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_a_word_and_an_icon(state: str) -> None:
    html = part("badge.badge(state)", state=state)
    word = re.search(r"<span>([^<]+)</span></span>$", html)
    assert word
    assert "_" not in word[1]
    assert word[1] != state
    assert "<use href=" in html


def test_a_state_nobody_knows_still_shows() -> None:
    assert "<span>odd</span>" in part("badge.badge('odd')")


def test_every_icon_that_is_asked_for_exists() -> None:
    web = settings.PACKAGE / "web"
    drawn = set(re.findall(r'symbol id="(\w+)"', (web / "static/images/icons.svg").read_text()))
    components = "".join(path.read_text() for path in (web / "templates").rglob("*.html"))
    asked = set(re.findall(r'\b(?:icon|draw)\("(\w+)"|icon="(\w+)"', components))
    assert {name for pair in asked for name in pair if name} <= drawn


def test_money_is_kept_together_and_apart_from_the_words_around() -> None:
    assert part("money.money(sum)", sum=Money(2900, "EUR")) == (
        '<bdi class="money">29.00 EUR</bdi>'
    )
    assert part("money.money_each(sum, 'monthly')", sum=Money(2900, "EUR")).endswith(
        "</bdi> a month</span>"
    )


def test_a_date_is_readable_by_machines_too() -> None:
    assert part("date.date(day)", day=NOON.date()) == (
        '<time datetime="2026-12-03">3 December 2026</time>'
    )
    assert part("date.moment(at, 'Asia/Tokyo')", at=NOON) == (
        '<time datetime="2026-12-03T21:05+09:00">3 December 2026, 21:05</time>'
    )


TABLE = """
{% from "components/table.html" import table %}
{% call(row) table(columns, rows, "Payments", empty="None yet") %}<td>{{ row }}</td>{% endcall %}
"""


def test_a_table_has_a_caption_and_headings() -> None:
    columns = ["Who", Column("Sum", number=True, sort_url="?sort=sum", sorted="descending"), ""]
    html = render(TABLE, columns=columns, rows=["<Ada>", "Bob"])
    assert '<caption class="visually-hidden">Payments</caption>' in html
    assert '<th scope="col">Who</th>' in html
    assert '<th scope="col" class="number" aria-sort="descending">' in html
    assert '<span class="visually-hidden">Actions</span>' in html
    assert "<td>&lt;Ada&gt;</td>" in html


def test_an_empty_table_says_so() -> None:
    assert render(TABLE, columns=["Who"], rows=[]) == '<p class="muted">None yet</p>'


def test_filters_work_by_their_button() -> None:
    html = render(
        """{% from "components/filters.html" import filter_bar, filter_search, filter_select %}
        {% call filter_bar(keep={"sort": "-date", "page": ""}) %}
        {{ filter_search("q", '"ada"', "Search") }}
        {{ filter_select("year", "Year", [("", "All"), (2026, "2026")], "2026") }}
        {% endcall %}"""
    )
    assert '<input type="hidden" name="sort" value="-date">' in html
    assert 'name="page"' not in html
    assert 'value="&#34;ada&#34;"' in html
    assert '<option value="2026" selected>' in html
    assert '<button class="button plain" type="submit">' in html


def test_a_banner_has_an_icon_for_its_kind() -> None:
    html = render(
        """{% from "components/banner.html" import banner %}
        {% call banner("bad", title="Declined", alert=true) %}
        <p>The card has expired.</p>{% endcall %}"""
    )
    assert '<div class="banner bad" role="alert">' in html
    assert "#alert" in html
    assert "<p>The card has expired.</p>" in html


def test_a_dialog_opens_from_a_link_that_works_without_scripts() -> None:
    assert 'href="/refund/" data-opens="refund"' in part(
        "dialog.dialog_opener('Refund', 'refund', '/refund/')"
    )
    html = render(
        """{% from "components/dialog.html" import dialog %}
        {% call dialog("refund", "Refund", open=true) %}words{% endcall %}"""
    )
    assert 'aria-labelledby="refund-title" data-open-now' in html


def test_a_toast_offers_its_way_back() -> None:
    assert 'action="/undo/"' in part("toast.toast('Cancelled.', undo='/undo/')")
    assert "<form" not in part("toast.toast('Cancelled.')")


def test_an_empty_state_says_what_to_do_next() -> None:
    html = part("empty.empty_state('No products yet', 'Make one.', action='x')")
    assert "No products yet" in html
    assert "Make one." in html


def test_a_timeline_is_an_ordered_list_of_moments() -> None:
    html = render(
        """{% from "components/timeline.html" import event, timeline %}
        {% call timeline() %}{{ event(at, "Paid", href="/x/", kind="good") }}
        {{ event(at, "Started", exact=true) }}{% endcall %}""",
        at=NOON,
    )
    assert html.startswith('<ol class="timeline">')
    assert '<a href="/x/">Paid</a>' in html
    assert "3 December 2026, 12:05</time>" in html


def test_a_figure_has_words_and_its_numbers_beneath() -> None:
    chart = figures.bars([("Oct", 12), ("Nov", 7)], caption="New", over="Month", measure="Count")
    html = part("figure.figure(chart)", chart=chart)
    assert 'role="img" aria-label="New: from 7 (Nov) to 12 (Oct), last 7."' in html
    assert html.count("<rect") == 2
    assert '<th scope="row">Oct</th><td class="number">12</td>' in html
    line = figures.line([("Oct", 12), ("Nov", 7)], caption="New", over="Month", measure="Count")
    assert '<path class="curve"' in part("figure.figure(chart)", chart=line)


def test_sums_link_to_their_rows() -> None:
    html = part("figure.sums(list)", list=[("Refunded", "3", "this week", "/x/")])
    assert '<dd><a href="/x/">3</a></dd>' in html


def test_what_is_copied_can_be_selected_by_hand() -> None:
    html = part("copy.copy('hub', 'https://x.example/', 'Address')")
    assert '<label for="hub">Address</label>' in html
    assert 'value="https://x.example/" readonly' in html
    assert re.search(r'<button[^>]*data-copies="hub"[^>]*hidden', html)


def test_steps_say_where_one_is() -> None:
    html = part("steps.steps(['Statement', 'Confirm', 'Done'], 2)")
    assert '<li aria-current="step">Confirm</li>' in html
    assert html.count("(done)") == 1


def test_pages_lead_back_and_on() -> None:
    html = part("pagination.pagination(newer='?page=1', older='?page=3', position='51 to 100')")
    assert html.index("?page=1") < html.index("?page=3")
    assert part("pagination.pagination()") == ""


def test_tabs_are_links_and_one_is_current() -> None:
    html = part("tabs.tabs(items, 'Kinds')", items=[("All", "?", True, 2041), ("Due", "?d", False)])
    assert '<a href="?" aria-current="page">All <span class="count">2,041</span></a>' in html
    assert '<a href="?d">Due</a>' in html


def test_rows_lead_to_their_pages() -> None:
    html = render(
        """{% from "components/rows.html" import row, rows %}
        {% call rows() %}{{ row("<Studio>", href="/s/", detail="29 EUR", state="active") }}
        {{ row("Plain") }}{% endcall %}"""
    )
    assert '<a href="/s/">&lt;Studio&gt;</a>' in html
    assert html.count('<li class="row">') == 1


def test_sections_facts_acts_and_totals_wrap_what_they_hold() -> None:
    html = render(
        """{% from "components/section.html" import card, section, up %}
        {% from "components/facts.html" import fact, facts %}
        {% from "components/acts.html" import act, acts %}
        {% from "components/totals.html" import total_line, totals, highlight %}
        {{ up("All", "/") }}
        {% call section("Active", count=1200) %}
          {% call card() %}
          {% call facts() %}{{ fact("Paid with", "Visa") }}{% endcall %}{% endcall %}
          {% call acts() %}{{ act("x", "No payments.") }}{% endcall %}
          {% call totals("Next") %}{{ total_line("Today", "29", "due") }}{% endcall %}
          {{ highlight("Next", "29 EUR", "on Monday") }}
        {% endcall %}"""
    )
    for piece in (
        '<h2>Active <span class="count">1,200</span></h2>',
        "<dt>Paid with</dt><dd>Visa</dd>",
        "<p>No payments.</p>",
        '<tr class="due"><th scope="row">Today</th><td>29</td></tr>',
        '<p class="highlight-sum">29 EUR</p>',
    ):
        assert piece in html


def test_components_speak_the_language_of_each_page() -> None:
    with translation.override("en"):
        assert "This field is required." in part("field.field(form.terms)", form=Buyer({}))
    with translation.override("de"):
        assert "Dieses Feld" in part("field.field(form.terms)", form=Buyer({}))


def test_letters_have_one_button_facts_and_a_code() -> None:
    assert part("letter.letter_button('Open', 'https://x.example/')") == (
        '<p class="act"><a class="button" href="https://x.example/">Open</a></p>'
    )
    assert "<dt>Paid</dt><dd>29.00 EUR</dd>" in part(
        "letter.letter_facts(rows)", rows=[("Paid", "29.00 EUR")]
    )
    assert part("letter.letter_code('482 913')") == '<p class="code" dir="ltr">482 913</p>'
