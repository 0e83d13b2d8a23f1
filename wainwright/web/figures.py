"""Charts as plain geometry: the template draws them as SVG, with their numbers in a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import floor, log10

from django.utils.translation import gettext as _

from wainwright.web.formats import number

WIDTH, HEIGHT = 760, 210
_TOP, _BOTTOM, _LETTER = 12, 24, 7
_TICK_ROOM = 56


@dataclass(frozen=True, slots=True)
class GridLine:
    y: float
    label: str
    base: bool


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    title: str
    unfinished: bool


@dataclass(frozen=True, slots=True)
class Mark:
    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What components/figure.html draws. `summary` is read aloud instead of the picture."""

    caption: str
    over: str
    measure: str
    summary: str
    left: float
    lines: list[GridLine]
    ticks: list[Mark]
    rows: list[tuple[str, str]]
    bars: list[Bar] = field(default_factory=list)
    points: list[Mark] = field(default_factory=list)
    curve: str = ""
    area: str = ""
    width: int = WIDTH
    height: int = HEIGHT


Write = Callable[[float], str]


def bars(
    values: Sequence[tuple[str, float]],
    *,
    caption: str,
    over: str,
    measure: str,
    write: Write = number,
    axis: Write | None = None,
    unfinished: bool = False,
) -> Chart:
    """One bar a label. `write` words a value, `axis` a grid line; `unfinished` keeps the last open.

    `over` and `measure` name the table's columns, such as "Month" and "Revenue".
    """
    scale = _Scale(values, write, axis or write)
    slot = (WIDTH - scale.left) / max(len(values), 1)
    breadth = min(slot * 0.7, 48)
    drawn = [
        Bar(
            x=_tidy(scale.left + slot * at + (slot - breadth) / 2),
            y=min(scale.y(value), scale.y(0)),
            width=_tidy(breadth),
            height=_tidy(abs(scale.y(value) - scale.y(0))),
            title=f"{label}: {write(value)}",
            unfinished=unfinished and at == len(values) - 1,
        )
        for at, (label, value) in enumerate(values)
    ]
    centres = [scale.left + slot * (at + 0.5) for at in range(len(values))]
    return scale.chart(caption, over, measure, centres, bars=drawn)


def line(
    values: Sequence[tuple[str, float]],
    *,
    caption: str,
    over: str,
    measure: str,
    write: Write = number,
    axis: Write | None = None,
) -> Chart:
    """A curve through the values, in order."""
    scale = _Scale(values, write, axis or write)
    room = WIDTH - scale.left - 16
    step = room / max(len(values) - 1, 1)
    centres = [scale.left + 8 + step * at for at in range(len(values))]
    points = [
        Mark(_tidy(x), scale.y(value), f"{label}: {write(value)}")
        for x, (label, value) in zip(centres, values, strict=True)
    ]
    curve = " ".join(f"{'L' if at else 'M'}{p.x} {p.y}" for at, p in enumerate(points))
    area = f"{curve} L{points[-1].x} {scale.y(0)} L{points[0].x} {scale.y(0)}Z" if points else ""
    shown = points if len(points) <= 40 else []
    return scale.chart(caption, over, measure, centres, points=shown, curve=curve, area=area)


class _Scale:
    """From values to heights, with round steps for the grid."""

    def __init__(self, values: Sequence[tuple[str, float]], write: Write, axis: Write) -> None:
        self.values, self.write, self.axis = values, write, axis
        amounts = [value for _label, value in values]
        self.top, self.bottom = max([0, *amounts]), min([0, *amounts])
        self.step = round_step((self.top - self.bottom) / 4)
        self.top = self.step * -(-self.top // self.step) or self.step
        self.bottom = self.step * (self.bottom // self.step)
        steps = round((self.top - self.bottom) / self.step)
        self.marks = [self.bottom + self.step * at for at in range(steps + 1)]
        self.left = _LETTER * max(len(axis(mark)) for mark in self.marks) + 12

    def y(self, value: float) -> float:
        share = (value - self.bottom) / (self.top - self.bottom)
        return _tidy(HEIGHT - _BOTTOM - share * (HEIGHT - _BOTTOM - _TOP))

    def chart(
        self,
        caption: str,
        over: str,
        measure: str,
        centres: list[float],
        *,
        bars: list[Bar] | None = None,
        points: list[Mark] | None = None,
        curve: str = "",
        area: str = "",
    ) -> Chart:
        return Chart(
            caption=caption,
            over=over,
            measure=measure,
            summary=self._summary(caption),
            left=self.left,
            lines=[GridLine(self.y(mark), self.axis(mark), mark == 0) for mark in self.marks],
            ticks=self._ticks(centres),
            rows=[(label, self.write(value)) for label, value in self.values],
            bars=bars or [],
            points=points or [],
            curve=curve,
            area=area,
        )

    def _ticks(self, centres: list[float]) -> list[Mark]:
        """As many labels as have room, the last one always."""
        longest = max((len(label) for label, _value in self.values), default=0)
        room = max(longest * _LETTER + 8, _TICK_ROOM)
        fit = max(int((WIDTH - self.left) // room), 1)
        every = -(-len(centres) // fit) if centres else 1
        return [
            Mark(_tidy(x), 0, label)
            for at, (x, (label, _value)) in enumerate(zip(centres, self.values, strict=True))
            if (len(centres) - 1 - at) % every == 0
        ]

    def _summary(self, caption: str) -> str:
        if not self.values:
            return _("%(caption)s: no numbers yet.") % {"caption": caption}
        lowest = min(self.values, key=lambda pair: pair[1])
        highest = max(self.values, key=lambda pair: pair[1])
        return _(
            "%(caption)s: from %(low)s (%(low_at)s) to %(high)s (%(high_at)s), last %(last)s."
        ) % {
            "caption": caption,
            "low": self.write(lowest[1]),
            "low_at": lowest[0],
            "high": self.write(highest[1]),
            "high_at": highest[0],
            "last": self.write(self.values[-1][1]),
        }


def round_step(rough: float) -> float:
    """The least of 1, 2, 2.5, 5 times a power of ten that is not below `rough`; never under 1."""
    if rough <= 1:
        return 1
    power = 10 ** floor(log10(rough))
    return next(power * times for times in (1, 2, 2.5, 5, 10) if power * times >= rough)


def _tidy(value: float) -> float:
    return round(value, 1)
