"""One colour of the seller's choice becomes every accent a face needs, in light and dark.

Hue and colourfulness stay his; lightness moves only as far as WCAG's contrast demands: 4.5:1 for
text, 3:1 for the edges of controls.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from math import atan2, cbrt, cos, degrees, hypot, radians, sin

DEFAULT = "#14532d"
TEXT, CONTROL = 4.5, 3.0

# What accents stand on: surface, ground and sunken of tokens.css, and the pale accent itself.
LIGHT_GROUNDS = ("#ffffff", "#f9f9f7", "#f2f3f0")
DARK_GROUNDS = ("#171d1c", "#101514", "#1d2423")
_DARK_INK = "#0c1411"


@dataclass(frozen=True, slots=True)
class Palette:
    """The accent roles of one scheme, as hex colours."""

    accent: str
    hover: str
    ink: str
    text: str
    soft: str
    line: str

    def css(self) -> str:
        return (
            f"--accent:{self.accent};--accent-hover:{self.hover};--accent-ink:{self.ink};"
            f"--accent-text:{self.text};--accent-soft:{self.soft};--accent-line:{self.line}"
        )


@dataclass(frozen=True, slots=True)
class Accent:
    """`chosen` as the seller gave it; `corrected` says that light pages show another shade."""

    chosen: str
    light: Palette
    dark: Palette

    @property
    def corrected(self) -> bool:
        return self.light.accent != self.chosen

    def css(self) -> str:
        """The business's stylesheet, to be linked after main.css."""
        return (
            f":root{{{self.light.css()}}}\n"
            f"@media screen and (prefers-color-scheme:dark){{:root{{{self.dark.css()}}}}}\n"
        )


@lru_cache(maxsize=512)
def accent(colour: str) -> Accent:
    """The accents of a colour such as #14532d; anything else is refused with ValueError."""
    chosen = normal(colour)
    return Accent(chosen, light=_light(chosen), dark=_dark(chosen))


def normal(colour: str) -> str:
    """#ABC and #AABBCC in small letters, #aabbcc."""
    text = colour.strip().lower()
    if re.fullmatch(r"#[0-9a-f]{3}", text):
        text = "#" + "".join(digit * 2 for digit in text[1:])
    if not re.fullmatch(r"#[0-9a-f]{6}", text):
        raise ValueError(f"{colour[:20]!r} is not a colour such as #14532d")
    return text


def contrast(one: str, other: str) -> float:
    """WCAG's ratio, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _light(chosen: str) -> Palette:
    _lightness, chroma, hue = oklch(chosen)
    soft = hex_of(0.955, min(chroma, 0.02), hue)
    text = _moved(chosen, (*LIGHT_GROUNDS, soft), TEXT, step=-0.005)
    fill = _moved(chosen, LIGHT_GROUNDS, CONTROL, step=-0.005)
    ink = "#ffffff"
    if contrast(fill, ink) < TEXT and contrast(fill, _DARK_INK) >= TEXT:
        ink = _DARK_INK
    fill = _moved(fill, (ink,), TEXT, step=-0.005)
    hover = _towards(fill, -0.06 if ink == "#ffffff" and oklch(fill)[0] > 0.25 else 0.06)
    return Palette(fill, hover, ink, text, soft, fill)


def _dark(chosen: str) -> Palette:
    lightness, chroma, hue = oklch(chosen)
    soft = hex_of(0.285, min(chroma, 0.03), hue)
    start = hex_of(max(lightness, 0.8), min(chroma, 0.1), hue)
    text = _moved(start, (*DARK_GROUNDS, soft), TEXT, step=0.005)
    return Palette(text, _towards(text, 0.06), _DARK_INK, text, soft, text)


def _moved(colour: str, grounds: tuple[str, ...], ratio: float, *, step: float) -> str:
    """The nearest shade of `colour` that keeps `ratio` on all the grounds."""
    lightness, chroma, hue = oklch(colour)
    while min(contrast(colour, ground) for ground in grounds) < ratio and 0 < lightness < 1:
        lightness += step
        colour = hex_of(lightness, chroma, hue)
    return colour


def _towards(colour: str, change: float) -> str:
    lightness, chroma, hue = oklch(colour)
    return hex_of(min(max(lightness + change, 0), 1), chroma, hue)


def oklch(colour: str) -> tuple[float, float, float]:
    """Lightness 0 to 1, chroma, hue in degrees."""
    red, green, blue = (_linear(part) for part in _parts(colour))
    long = cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, hypot(a, b), degrees(atan2(b, a)) % 360


def hex_of(lightness: float, chroma: float, hue: float) -> str:
    """The sRGB colour; one that screens cannot show loses colourfulness, not lightness or hue."""
    while True:
        channels = _channels(lightness, chroma, hue)
        if chroma <= 0 or all(-0.0005 <= channel <= 1.0005 for channel in channels):
            bounded = (_encoded(min(max(channel, 0.0), 1.0)) for channel in channels)
            return "#" + "".join(f"{round(channel * 255):02x}" for channel in bounded)
        chroma = max(chroma - 0.004, 0)


def _channels(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


@lru_cache(maxsize=1024)
def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _encoded(channel: float) -> float:
    return channel * 12.92 if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055
