"""Uploaded pictures: what is taken is drawn anew, everything else is refused with a sentence."""

from __future__ import annotations

import io
import os
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from wainwright.core import images
from wainwright.core.errors import Refused
from wainwright.core.images import clean_logo

pytestmark = pytest.mark.slow

PHP = b"<?php system($_GET['c']); ?>"
SCRIPT = b"<script>alert(1)</script>"


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    data = io.BytesIO()
    picture.save(data, kind, **options)
    return data.getvalue()


def green(size: tuple[int, int] = (300, 80), mode: str = "RGB") -> Image.Image:
    return Image.new("RGB", size, (20, 90, 60)).convert(mode)


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data), formats=["PNG"])
    picture.load()
    return picture


def png_header(width: int, height: int, body: bytes = b"") -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    size = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + size + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_three_kinds_become_png(kind: str) -> None:
    drawn = opened(clean_logo(saved(green(), kind)))
    red, high, blue, alpha = drawn.convert("RGBA").getpixel((150, 40))
    assert drawn.size == (300, 80)
    assert abs(red - 20) < 8
    assert abs(high - 90) < 8
    assert abs(blue - 60) < 8
    assert alpha == 255


def test_a_large_picture_is_made_to_fit_and_keeps_its_shape() -> None:
    assert opened(clean_logo(saved(green((2000, 400)), "PNG"))).size == (500, 100)
    assert opened(clean_logo(saved(green((1000, 2000)), "PNG"))).size == (70, 140)


def test_transparency_is_kept() -> None:
    clear = Image.new("RGBA", (40, 20), (0, 0, 0, 0))
    assert opened(clean_logo(saved(clear, "PNG"))).convert("RGBA").getpixel((5, 5))[3] == 0


def test_a_jpeg_for_printing_is_taken() -> None:
    assert opened(clean_logo(saved(green(mode="CMYK"), "JPEG"))).size == (300, 80)


def test_of_a_moving_picture_one_still_remains() -> None:
    frames = [green(), Image.new("RGB", (300, 80), "red")]
    moving = saved(frames[0], "PNG", save_all=True, append_images=frames[1:], duration=100)
    assert b"acTL" in moving
    drawn = clean_logo(moving)
    assert b"acTL" not in drawn
    assert not getattr(opened(drawn), "is_animated", False)


def test_t_up_words_hidden_in_a_picture_are_dropped() -> None:
    note = PngImagePlugin.PngInfo()
    note.add_text("Comment", SCRIPT.decode())
    exif = Image.Exif()
    exif[0x010E] = SCRIPT.decode()
    for hidden in (
        saved(green(), "PNG", pnginfo=note, exif=exif),
        saved(green(), "JPEG", exif=exif, comment=SCRIPT),
        saved(green(), "WEBP", exif=exif),
    ):
        assert SCRIPT in hidden
        drawn = clean_logo(hidden)
        assert SCRIPT not in drawn
        assert not opened(drawn).info


def test_a_photograph_taken_sideways_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert opened(clean_logo(saved(green((60, 30)), "JPEG", exif=exif))).size == (30, 60)


@pytest.mark.parametrize("tail", [PHP, SCRIPT, b"PK\x03\x04" + bytes(30), b"%PDF-1.7"])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_t_up_what_hangs_behind_a_picture_is_cut_off(kind: str, tail: bytes) -> None:
    drawn = clean_logo(saved(green(), kind) + tail)
    assert tail not in drawn
    assert drawn.endswith(b"IEND\xaeB`\x82")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg/>',
        b"GIF89a/*" + bytes(20) + b"*/=alert(1)",
        b"BM" + bytes(100),
        b"%!PS-Adobe-3.0 EPSF-3.0",
        b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
        PHP,
        b"RIFF\x10\x00\x00\x00WAVEfmt ",
    ],
)
def test_t_up_other_kinds_are_refused_whatever_their_name(data: bytes) -> None:
    with pytest.raises(Refused, match="not a PNG, JPEG or WebP") as refused:
        clean_logo(data)
    assert refused.value.field == "logo"


@pytest.mark.parametrize(
    "magic", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\x00\x00\x00\x00WEBP"]
)
def test_a_mere_beginning_of_a_picture_is_refused(magic: bytes) -> None:
    with pytest.raises(Refused, match="could not be read"):
        clean_logo(magic + PHP)


def test_a_picture_cut_short_is_refused() -> None:
    noise = saved(Image.effect_noise((200, 80), 80), "PNG")
    with pytest.raises(Refused, match="could not be read"):
        clean_logo(noise[: len(noise) // 2])


def test_t_up_a_bomb_is_refused_by_its_header() -> None:
    with pytest.raises(Refused, match="2000 by 2000"):
        clean_logo(png_header(50_000, 50_000, bytes(1_000_000)))


def test_one_pixel_too_many_is_refused() -> None:
    with pytest.raises(Refused, match="2000 by 2000"):
        clean_logo(saved(green((2001, 10)), "PNG"))
    assert clean_logo(saved(green((2000, 2000)), "PNG"))


def test_a_file_over_a_megabyte_is_refused_unread() -> None:
    with pytest.raises(Refused, match="larger than 1 MB"):
        clean_logo(saved(green(), "PNG") + bytes(1_000_000))


def test_a_decoder_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "SECONDS", 0.001)
    with pytest.raises(Refused, match="could not be read"):
        clean_logo(saved(green(), "PNG"))


def test_random_bytes_never_do_more_than_be_refused() -> None:
    for magic in (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"):
        with pytest.raises(Refused):
            clean_logo(magic + os.urandom(5000))
