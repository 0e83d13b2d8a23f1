"""Reads a picture from standard input and writes it as a fresh PNG; a program of its own.

Run by core.images within narrow limits, so that a hostile file can at most end this process.
Exit 3: too many pixels.
"""

from __future__ import annotations

import io
import resource
import sys

PIXELS_A_SIDE = 2000
SHOWN_AT_MOST = (500, 140)


def main() -> int:
    data = sys.stdin.buffer.read()
    resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
    resource.setrlimit(resource.RLIMIT_AS, (768 * 2**20, 768 * 2**20))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # the size is judged below, before anything is decoded
    picture = Image.open(io.BytesIO(data), formats=["PNG", "JPEG", "WEBP"])
    if max(picture.size) > PIXELS_A_SIDE:
        return 3
    upright = ImageOps.exif_transpose(picture).convert("RGBA")
    upright.thumbnail(SHOWN_AT_MOST)
    fresh = Image.new("RGBA", upright.size)
    fresh.paste(upright)
    drawn = io.BytesIO()
    fresh.save(drawn, "PNG", optimize=True)
    sys.stdout.buffer.write(drawn.getvalue())
    return 0


if __name__ == "__main__":
    sys.exit(main())
