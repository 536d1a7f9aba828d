"""The typeface of the printed book, in a form that chromium puts into a PDF as a font.

Noto Sans CJK has PostScript outlines in a collection, of which chromium makes drawings, one
for each letter. As a small TrueType font with the letters of the book it stays a font: files
are smaller, and readers draw it sharply on a screen.
"""

from __future__ import annotations

from pathlib import Path

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

FOLDER = Path("/usr/share/fonts/opentype/noto")
FILES = {400: "NotoSansCJK-Regular.ttc", 700: "NotoSansCJK-Bold.ttc"}
NAME = "Noto Sans CJK KR"
FAMILY = "Book Sans"
# How far a curve may lie from the original, of 1000 units in a letter's height.
UNITS_OFF = 0.5


def faces(letters: str, folder: Path) -> str:
    """Style rules for the letters of a book; "" where the typeface is not installed.

    Args:
        letters: any text with all of them.
        folder: where the fonts are written.
    """
    rules = []
    for weight, file in FILES.items():
        source = FOLDER / file
        if not source.is_file():
            return ""
        target = folder / f"sans-{weight}.ttf"
        _write(source, set(map(ord, letters)), target)
        rules.append(
            f'@font-face {{ font-family: "{FAMILY}"; font-weight: {weight}; '
            f"src: url({target.as_uri()}) }}"
        )
    return "\n".join(rules)


def _write(source: Path, letters: set[int], target: Path) -> None:
    font = _of_family(source)
    options = subset.Options(name_IDs=["*"], notdef_outline=True, hinting=False)
    options.drop_tables += ["VORG", "vhea", "vmtx", "BASE"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=letters)
    cutter.subset(font)
    _to_truetype(font)
    font.save(target)


def _of_family(collection: Path) -> TTFont:
    """The Korean font of a collection of several languages."""
    number = 0
    while True:
        font = TTFont(collection, fontNumber=number, lazy=True)
        if str(font["name"].getDebugName(1)).startswith(NAME):
            return font
        number += 1


def _to_truetype(font: TTFont) -> None:
    """Replace cubic outlines by quadratic ones."""
    order, shapes = font.getGlyphOrder(), font.getGlyphSet()
    glyphs = {}
    for name in order:
        pen = TTGlyphPen(shapes)
        shapes[name].draw(Cu2QuPen(pen, UNITS_OFF, reverse_direction=True))
        glyphs[name] = pen.glyph()
    del font["CFF "]
    font["loca"] = newTable("loca")
    font["glyf"] = table = newTable("glyf")
    table.glyphOrder, table.glyphs = order, glyphs
    limits = font["maxp"]
    limits.tableVersion = 0x00010000
    for name in (
        "maxTwilightPoints maxStorage maxFunctionDefs maxInstructionDefs maxStackElements "
        "maxSizeOfInstructions maxComponentElements maxComponentDepth maxPoints maxContours "
        "maxCompositePoints maxCompositeContours"
    ).split():
        setattr(limits, name, 0)
    limits.maxZones = 1
    font["post"].formatType = 3
    for name, glyph in glyphs.items():
        glyph.recalcBounds(table)
        width, _ = font["hmtx"][name]
        font["hmtx"][name] = (width, getattr(glyph, "xMin", 0))
    font.sfntVersion = "\000\001\000\000"
