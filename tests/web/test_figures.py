from __future__ import annotations

from django.utils import translation

from wainwright.core.money import Money
from wainwright.web import figures, formats

MONTHS = [("Sep", 820000.0), ("Oct", 1010000.0), ("Nov", 640000.0)]


def euros(value: float) -> str:
    return formats.money(Money(int(value), "EUR"))


def bars(values: list[tuple[str, float]], **options: bool) -> figures.Chart:
    return figures.bars(values, caption="Revenue", over="Month", measure="Sum", **options)


def test_bars_stand_in_proportion() -> None:
    chart = bars(MONTHS)
    assert chart.bars[1].height > chart.bars[0].height > chart.bars[2].height
    base = next(line.y for line in chart.lines if line.base)
    assert {round(bar.y + bar.height, 1) for bar in chart.bars} == {base}


def test_the_numbers_stand_beneath_in_words() -> None:
    chart = figures.bars(MONTHS, caption="Revenue", over="Month", measure="Sum", write=euros)
    assert chart.rows[1] == ("Oct", "10,100.00\u00a0EUR")
    assert chart.bars[1].title == "Oct: 10,100.00\u00a0EUR"


def test_the_picture_can_be_read_aloud() -> None:
    with translation.override("en"):
        assert bars(MONTHS).summary == (
            "Revenue: from 640,000 (Nov) to 1,010,000 (Oct), last 640,000."
        )


def test_no_numbers_make_an_empty_picture() -> None:
    chart = bars([])
    assert (chart.bars, chart.rows) == ([], [])
    assert "no numbers yet" in chart.summary
    assert figures.line([], caption="New", over="Day", measure="Count").curve == ""


def test_nothing_but_zero_still_has_a_scale() -> None:
    chart = bars([("Sep", 0), ("Oct", 0)])
    assert [bar.height for bar in chart.bars] == [0, 0]


def test_losses_hang_below_the_base() -> None:
    chart = bars([("Sep", 100.0), ("Oct", -50.0)])
    base = next(line.y for line in chart.lines if line.base)
    assert chart.bars[1].y == base
    assert chart.bars[1].height > 0


def test_only_the_last_bar_may_be_unfinished() -> None:
    assert [bar.unfinished for bar in bars(MONTHS, unfinished=True).bars] == [False, False, True]


def test_a_line_goes_through_every_value() -> None:
    chart = figures.line(MONTHS, caption="Revenue", over="Month", measure="Sum")
    assert chart.curve.count("L") == 2
    assert len(chart.points) == 3


def test_labels_that_have_no_room_are_left_out_but_never_the_last() -> None:
    chart = bars([(f"{day} November", 1.0) for day in range(1, 31)])
    assert len(chart.ticks) < 10
    assert chart.ticks[-1].label == "30 November"


def test_steps_are_round() -> None:
    assert [figures.round_step(rough) for rough in (0, 0.3, 7, 21, 260, 3000)] == [
        1, 1, 10, 25, 500, 5000,
    ]  # fmt: skip
