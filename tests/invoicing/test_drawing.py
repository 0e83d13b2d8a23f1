"""Drawn documents: complete, archivable, the same every time, whatever the words in them."""

from __future__ import annotations

import io
import os
import pickle
import shutil
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, NameObject

from tests.invoicing.samples import BUYER, LINE, SELLER, credit_note, invoice, line
from wainwright.invoicing import drawing, printed
from wainwright.invoicing.content import Buyer, ContentTotals, DocumentContent, Seller, TaxRow
from wainwright.invoicing.drawing import draw, press


def read(content: DocumentContent, logo: bytes | None = None) -> PdfReader:
    drawn = draw(content, logo)
    assert not drawn.flagged, drawn.flag_reason
    return PdfReader(io.BytesIO(drawn.pdf), strict=True)


def words(pages: PdfReader) -> str:
    """The text of all pages, white space folded and chances of a line's end left out."""
    text = " ".join(page.extract_text() for page in pages.pages)
    return " ".join(text.replace("\u200b", "").split())


def picture(size: tuple[int, int]) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", size, "green").save(data, "PNG")
    return data.getvalue()


def structure(pages: PdfReader) -> list[str]:
    """The kinds of all elements that a screen reader is told about."""
    found: list[str] = []

    def walk(node: object) -> None:
        if hasattr(node, "get_object"):
            node = node.get_object()
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, DictionaryObject):
            if kind := node.get("/S"):
                found.append(str(kind))
            if "/K" in node:
                walk(node.raw_get("/K"))

    walk(pages.root_object["/StructTreeRoot"])
    return found


def test_an_invoice_says_all_that_the_law_asks_for() -> None:
    text = words(read(invoice()))
    for said in (
        "Invoice number 2026-0042",
        "Date of issue 3 December 2026",
        "Date of supply 3 December 2026",
        *("Hartmann & Söhne GmbH", "Lindenstraße 12", "10969 Berlin", "Germany"),
        *("VAT ID DE123456789", "Tax number 29/123/45678", "HRB 12345"),
        *("Analytical Engines Ltd", "Ada Byron", "London SW1Y 4LB", "United Kingdom"),
        "VAT ID GB123456789",
        "Studio Monthly 3 December 2026 to 2 January 2027 1 24.37 24.37 19 % 29.00",
        "19 % 24.37 EUR 4.63 EUR",
        "Total 29.00 EUR",
        "Paid with Visa ending 4242 on 3 December 2026.",
        "https://hartmann.example/updateinfo/",
        "Thank you for working with us.",
        "Page 1 of 1",
    ):
        assert said in text


def test_a_credit_note_names_its_invoice_and_reason() -> None:
    text = words(read(credit_note()))
    for said in (
        "Credit note number C-2026-0007",
        "Corrects invoice 2026-0042",
        "Invoice issued on 3 December 2026",
        "Total credited 29.00 EUR",
        "Refunded to Visa ending 4242",
        "Reason: Withdrawn.",
    ):
        assert said in text


def test_reverse_charge_is_said_in_words() -> None:
    assert "Reverse charge" in words(read(invoice(lines=(line(2900),), reverse_charge=True)))
    assert "Reverse charge" not in words(read(invoice()))


def test_an_open_invoice_says_how_and_until_when_to_pay() -> None:
    how = ("IBAN DE02 1203 0000 0000 2020 51", "Reference 2026-0042")
    text = words(read(invoice(paid_on=None, due_on=date(2026, 12, 17), how_to_pay=how)))
    assert "Payable by 17 December 2026" in text
    assert "Total due 29.00 EUR" in text
    assert "IBAN DE02 1203 0000 0000 2020 51 Reference 2026-0042" in text
    assert "Paid" not in text


def test_where_there_is_no_tax_there_is_no_tax_table() -> None:
    text = words(read(invoice(lines=(line(1200),), taxes=(), currency="JPY")))
    assert "Workbook 1 1,200 1,200 Total 1,200 JPY" in text
    assert "Tax rate" not in text


def test_every_rate_has_its_row() -> None:
    lines = (LINE, replace(LINE, description="Book", tax_rate="7", tax=171, gross=2608))
    text = words(
        read(invoice(lines=lines, taxes=(TaxRow("19", 2437, 463), TaxRow("7", 2437, 171))))
    )
    assert "19 % 24.37 EUR 4.63 EUR" in text
    assert "7 % 24.37 EUR 1.71 EUR" in text
    assert "Total 55.08 EUR" in text


def test_german_sums_and_days_in_a_german_document() -> None:
    pages = read(invoice(language="de"))
    text = words(pages)
    assert "3. Dezember 2026" in text
    assert "29,00 EUR" in text
    assert "Deutschland" in text
    assert pages.root_object["/Lang"] == "de"


@pytest.mark.slow
def test_a_test_document_says_so_on_every_page() -> None:
    pages = read(invoice(mode="test", lines=(LINE,) * 40))
    assert len(pages.pages) > 1
    for page in pages.pages:
        assert "TEST" in page.extract_text().replace("TEST-2026-0042", "")
        assert "TEST-2026-0042" in page.extract_text()
    assert "TEST" not in words(read(invoice()))


@pytest.mark.parametrize(("paper", "size"), [("a4", (595, 842)), ("letter", (612, 792))])
def test_paper_of_both_worlds(paper: str, size: tuple[int, int]) -> None:
    box = read(invoice(paper=paper)).pages[0].mediabox
    assert (round(box.width), round(box.height)) == size


@pytest.mark.slow
def test_sixty_lines_take_pages_that_each_say_which_they_are() -> None:
    lines = tuple(replace(LINE, description=f"Seat {number}") for number in range(1, 61))
    pages = read(invoice(lines=lines))
    texts = [page.extract_text() for page in pages.pages]
    assert len(texts) in (3, 4)
    for number, text in enumerate(texts, start=1):
        assert f"Page {number} of {len(texts)}" in text
        assert "2026-0042" in text
    assert all(f"Seat {number}\n" in "\n".join(texts) for number in range(1, 61))
    assert sum("Description" in text for text in texts) >= 3
    assert "Total 1,740.00 EUR" in words(pages)


def test_it_claims_and_carries_what_archives_and_screen_readers_need() -> None:
    pages = read(invoice(), picture((500, 100)))
    root = pages.root_object
    claims = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in claims
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in claims
    assert "<pdfuaid:part>1</pdfuaid:part>" in claims
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pages.metadata is not None
    assert pages.metadata.title == "Invoice 2026-0042"
    kinds = structure(pages)
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/Figure", "/Link"} <= set(kinds)


def test_every_font_is_embedded() -> None:
    fonts = read(invoice()).pages[0]["/Resources"]["/Font"]
    for font in fonts.values():
        descendant = font.get_object()["/DescendantFonts"][0].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(descendant["/FontDescriptor"].get_object())


@pytest.mark.skipif(not shutil.which("qpdf"), reason="qpdf is not installed")
@pytest.mark.parametrize("content", [invoice(lines=(LINE,) * 60), credit_note(mode="test")])
def test_qpdf_finds_nothing_wrong(content: DocumentContent, tmp_path: Path) -> None:
    path = tmp_path / "document.pdf"
    path.write_bytes(draw(content, picture((500, 100))).pdf)
    done = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_same_content_is_the_same_bytes_in_any_thread() -> None:
    logo = picture((500, 100))
    with ThreadPoolExecutor(3) as threads:
        drawn = list(threads.map(lambda _: draw(invoice(), logo).pdf, range(9)))
    assert len({*drawn, draw(invoice(), logo).pdf}) == 1


def test_it_is_dated_by_its_day_of_issue() -> None:
    metadata = read(invoice()).metadata
    assert metadata is not None
    assert metadata.creation_date is not None
    assert metadata.creation_date.date() == date(2026, 12, 3)


def test_the_hub_is_a_link_and_nothing_else_is_one() -> None:
    def links(content: DocumentContent) -> list[str]:
        notes = read(content).pages[0].get(NameObject("/Annots"), [])
        return [note.get_object()["/A"]["/URI"] for note in notes]

    assert set(links(invoice())) == {"https://hartmann.example/updateinfo/"}
    assert links(invoice(hub_url="javascript:alert(1)")) == []
    assert links(invoice(hub_url="")) == []


MARKUP = [
    '#panic("x")',
    '#read("/etc/passwd")',
    '#include "/etc/passwd"',
    "#sys.inputs",
    "#{while true {}}",
    "$x^2$ and $ y $",
    "*bold* _soft_ `code`",
    "= Heading",
    "\\ and \\u{41} and ~ and -- and ...",
    "<label> @label [body] (a: 1)",
    "// comment /* more */",
    "https://evil.example/?a=b",
    "\"quotes\" 'single'",
    "</svg><script>alert(1)</script>",
    "{page} {pages} {method} %(x)s {0}",
]


@pytest.mark.parametrize("text", MARKUP)
def test_markup_in_any_place_is_only_text(text: str) -> None:
    content = invoice(
        number=text,
        seller=Seller(name=text, address=(text,), registration=text, email=text, website=text),
        buyer=Buyer(name=text, company=text, address=(text,), email=text),
        lines=(replace(LINE, description=text, detail=text),),
        paid_by=text,
        notes=(text,),
        reverse_charge=True,
        order_reference=text,
        hub_url=text,
    )
    shown = words(read(content)).replace(" ", "")
    assert shown.count(text.replace(" ", "")) >= 12


@pytest.mark.parametrize(
    "name",
    [
        "Zoë Łukasz Ђорђе Ελένη",
        "नमस्ते",
        "สมชาย",
        "Հայկ",
        "გიორგი",
        "Nguyễn",
        "🚀 👩‍💻 👍🏽 🇩🇪",
        "→ ★ ✓ ™ ₿",
    ],
)
def test_names_of_many_scripts_are_drawn_within_the_standards(name: str) -> None:
    assert name.split()[0][0] in words(read(invoice(buyer=replace(BUYER, name=name))))


@pytest.mark.parametrize("name", ["محمد علي", "יוסי כהן"])
def test_names_from_right_to_left_are_drawn_within_the_standards(name: str) -> None:
    shown = words(read(invoice(buyer=replace(BUYER, name=name))))
    assert set(name) - {" "} <= set(shown)


def test_a_name_that_no_font_of_ours_shows_still_gives_a_flagged_document() -> None:
    drawn = draw(invoice(buyer=replace(BUYER, name="田中\U0001f9ff\ue000\U000e0fff")))
    assert drawn.flagged
    assert "could not be displayed" in drawn.flag_reason
    assert "Total 29.00 EUR" in words(PdfReader(io.BytesIO(drawn.pdf)))


def test_names_that_cannot_be_kept_apart_from_rubbish_are_drawn_without_it() -> None:
    assert "Adb" in words(read(invoice(buyer=replace(BUYER, name="A\x00d\x1bb\u202e\u2066"))))
    read(invoice(buyer=replace(BUYER, name="\ud800\udfff")))
    read(invoice(buyer=Buyer(), seller=Seller(""), lines=(), taxes=(), hub_url="", notes=()))


@pytest.mark.parametrize("letter", ["A", "W", "word ", "é" + "\u0301" * 40, "ﷺ", "$", "👩‍💻"])
def test_ten_thousand_letters_everywhere_stay_on_few_pages(letter: str) -> None:
    text = (letter * 10_000)[:10_000]
    content = invoice(
        seller=replace(SELLER, name=text, address=(text,) * 50, registration=text),
        buyer=Buyer(name=text, company=text, address=(text,) * 50, email=text),
        lines=(replace(LINE, description=text, detail=text),),
        notes=(text,),
        paid_by=text,
    )
    assert len(read(content).pages) <= 8


def test_the_largest_sums_stay_beside_each_other() -> None:
    most = 10**15
    content = invoice(
        currency="KWD",
        lines=(replace(LINE, unit=most, net=most, tax=0, gross=most),),
        totals=ContentTotals(most, 0, most),
    )
    assert "1 1,000,000,000,000.000 1,000,000,000,000.000 19 %" in words(read(content))


@pytest.mark.parametrize("size", [(500, 20), (20, 140), (1, 1), (500, 140)])
def test_a_logo_of_any_shape_stands_with_the_sellers_name(size: tuple[int, int]) -> None:
    pages = read(invoice(), picture(size))
    assert len(pages.pages[0].images) == 1
    assert len(pages.pages) == 1
    assert "Hartmann & Söhne GmbH" in words(pages)


@pytest.mark.parametrize("cut", [0, 10, 20, 24, 60])
def test_a_damaged_logo_does_not_stop_a_document(cut: int) -> None:
    drawn = draw(invoice(), picture((500, 100))[:cut])
    assert "Total 29.00 EUR" in words(PdfReader(io.BytesIO(drawn.pdf)))


def test_a_press_that_was_killed_is_replaced() -> None:
    draw(invoice())
    assert press.pid is not None
    os.kill(press.pid, signal.SIGKILL)
    assert draw(invoice()).pdf == draw(invoice()).pdf


@pytest.mark.slow
def test_a_press_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    press.stop()
    monkeypatch.setattr(drawing, "SECONDS_AT_MOST", 1)
    draw(invoice())
    assert press.pid is not None
    os.kill(press.pid, signal.SIGSTOP)
    with pytest.raises(drawing.PressBroken):
        draw(invoice())
    monkeypatch.undo()
    assert draw(invoice()).pdf


@pytest.mark.slow
def test_an_idle_press_ends_and_gives_its_memory_back() -> None:
    press.stop()
    draw(invoice())
    assert press.pid is not None
    assert os.waitid(os.P_PID, press.pid, os.WEXITED | os.WNOWAIT) is not None
    assert draw(invoice()).pdf


@pytest.mark.slow
def test_a_press_does_not_outlive_its_process() -> None:
    script = (
        "import os, signal; from tests.invoicing.samples import invoice;"
        "from wainwright.invoicing.drawing import draw, press;"
        "draw(invoice()); print(press.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup(); {script}"],
        stdout=subprocess.PIPE,
        check=False,
        timeout=60,
    )
    pid = int(done.stdout)
    for _look in range(100):
        if not Path(f"/proc/{pid}").exists() or "Z (" in Path(f"/proc/{pid}/status").read_text():
            return
        time.sleep(0.05)
    pytest.fail("the press went on by itself")


def test_a_press_whose_asker_is_gone_before_the_answer_ends_without_a_word() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        running = subprocess.Popen(
            [sys.executable, "-I", str(drawing.PRESS), str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stderr=subprocess.PIPE,
        )
        ours.sendall(pickle.dumps((printed.page(invoice()), datetime(2026, 3, 1, tzinfo=UTC))))
    _printed, complaints = running.communicate(timeout=60)
    assert (running.returncode, complaints) == (0, b"")
