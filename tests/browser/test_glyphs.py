"""Chinese in pictures: a chart saves itself as one, and the browser has a glyph for every character that can stand in it."""

import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from dashboards.figures.style import FONT
from dashboards.places import place_name
from dashboards.serve import GROUNDS
from dashboards.texts import catalogue
from pipelines.contracts import code_lists, load_contracts
from pipelines.divisions import load_divisions
from tests.browser.test_app import PAGES, visit

# A character is drawn as a saved picture is: an SVG text as an image on a canvas. What looks like a character that no
# font can have, or like nothing, has no glyph.
DRAW = """
async ([characters, font]) => {
  const side = 24, canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", {willReadFrequently: true});
  const drawn = async (texts) => {
    const cells = texts.map((text, place) =>
      `<text x="${place * side}" y="20" font-size="20" font-family='${font}'>&#${text.codePointAt(0)};</text>`);
    const size = `width="${side * texts.length}" height="${side}"`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${cells.join("")}</svg>`;
    const image = new Image();
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(svg);
    await image.decode();
    canvas.width = side * texts.length;
    canvas.height = side;
    pen.drawImage(image, 0, 0);
    return texts.map((_, place) => pen.getImageData(place * side, 0, side, side).data.join());
  };
  const [nobodys, nothing] = await drawn([String.fromCodePoint(0x10FFFD), " "]);
  const missing = [];
  for (let start = 0; start < characters.length; start += 500) {
    const texts = characters.slice(start, start + 500);
    (await drawn(texts)).forEach((look, place) => {
      if (look === nobodys || look === nothing) missing.push(texts[place]);
    });
  }
  return missing;
}
"""


def without_glyph(page: Page, characters: set[str]) -> list[str]:
    """The characters that the browser cannot draw with the font of the charts."""
    return page.evaluate(DRAW, [sorted(characters), FONT])


def every_character() -> set[str]:
    """All characters of the app's texts, of labels, headings and names of places."""
    texts = [*catalogue("zh").values(), *catalogue("en").values()]
    texts += [
        text for entries in code_lists().values() for one in entries.values() for text in (one.label_zh, one.label_en)
    ]
    texts += [
        name for contract in load_contracts().values() for column in contract.columns.values() for name in column.zh
    ]
    texts += [place_name(code) for code in load_divisions()]
    return {character for character in "".join(texts) if not character.isspace()}


def test_the_browser_has_a_glyph_for_every_character(context: BrowserContext) -> None:
    page = context.new_page()
    characters = every_character()
    assert len(characters) > 1_500
    assert without_glyph(page, characters) == []
    assert without_glyph(page, {"养", "\ue123"}) == ["\ue123"]


@pytest.mark.parametrize("name", list(PAGES))
def test_a_chart_saves_itself_as_a_picture(app: Any, context: BrowserContext, name: str) -> None:
    page = context.new_page()
    visit(page, f"{app.address}/{name}", PAGES[name][0])
    chart = page.locator("[data-testid=stPlotlyChart]").first
    expect(chart.locator("svg.main-svg").first).to_be_visible(timeout=20_000)
    words = "".join(chart.locator("svg text").all_text_contents())
    assert any("\u4e00" <= character <= "\u9fff" for character in words)
    assert without_glyph(page, {character for character in words if not character.isspace()}) == []
    chart.hover()
    button = chart.locator(".modebar-btn")
    expect(button).to_have_attribute("data-title", "保存为图片")
    with page.expect_download(timeout=180_000) as waiting:
        button.click()
    assert re.fullmatch(r"[a-z_]+_\d{4}-\d\d-\d\d\.png", waiting.value.suggested_filename)
    picture = Image.open(Path(waiting.value.path()))
    shown = chart.locator("svg.main-svg").first.bounding_box()
    assert shown is not None
    assert (picture.format, picture.width, picture.height) == (
        "PNG",
        2 * round(shown["width"]),
        2 * round(shown["height"]),
    )
    ground = picture.convert("RGBA").getpixel((2, 2))
    assert ground == (*bytes.fromhex(GROUNDS["light"][1:]), 255)
    drawn = picture.convert("L").point(lambda level: 255 if level < 128 else 0).getbbox()
    assert drawn is not None
