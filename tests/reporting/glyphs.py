"""Which characters the fonts of a report cannot draw: what a font does not have looks like what no font can have."""

from collections.abc import Iterable
from typing import Any

import typst
from PIL import ImageFont

from pipelines.reporting.fonts import Fonts

NOBODYS = "\U0010fffd"


def _drawn(font: ImageFont.FreeTypeFont, letter: str) -> list[int]:
    mask: Any = font.getmask(letter)
    return list(mask)


def without_glyph(texts: Iterable[str], fonts: Fonts) -> dict[str, set[str]]:
    """The characters that are missing, by family, of all families in which Chinese is set."""
    letters = {letter for text in texts for letter in text if not letter.isspace()}
    wanted = {fonts.title, fonts.body, fonts.head, fonts.second}
    missing: dict[str, set[str]] = {}
    for info in typst.Fonts().fonts():
        if info.family in wanted - missing.keys() and info.path is not None and info.weight == 400:
            font = ImageFont.truetype(info.path, 24, index=info.index)
            nobodys = _drawn(font, NOBODYS)
            missing[info.family] = {letter for letter in letters if _drawn(font, letter) == nobodys}
    assert missing.keys() == wanted
    return missing
