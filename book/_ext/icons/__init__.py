"""Icons of the theme as one small font, instead of all of Font Awesome as a script.

After a build the pages and style sheets are searched for icons; Font Awesome's own fonts,
which come with the theme, are cut down to these.
"""

from __future__ import annotations

import base64
import re
from functools import cache
from io import BytesIO
from pathlib import Path

import pydata_sphinx_theme
from built import pages
from fontTools import subset
from sphinx.application import Sphinx
from sphinx.config import Config

HERE = Path(__file__).parent
VENDOR = Path(pydata_sphinx_theme.__file__).parent / (
    "theme/pydata_sphinx_theme/static/vendor/fontawesome"
)
STYLE_SHEET = "_static/icons.css"
# Family, weight, file, and the classes that ask for it.
FACES = [
    ("Font Awesome 6 Free", 900, "fa-solid-900.ttf", ".fa-solid, .fas, .fa"),
    ("Font Awesome 6 Free", 400, "fa-regular-400.ttf", ".fa-regular, .far"),
    ("Font Awesome 6 Brands", 400, "fa-brands-400.ttf", ".fa-brands, .fab"),
]
# Classes that change how an icon looks, and name none.
RULES = """\
:root {
  --fa-font-solid: normal 900 1em/1 "Font Awesome 6 Free";
  --fa-font-regular: normal 400 1em/1 "Font Awesome 6 Free";
  --fa-font-brands: normal 400 1em/1 "Font Awesome 6 Brands";
}
.fa-solid, .fas, .fa, .fa-regular, .far, .fa-brands, .fab {
  display: inline-block; font-style: normal; font-variant: normal; line-height: 1;
  text-rendering: auto; -webkit-font-smoothing: antialiased;
}
.fa-lg { font-size: 1.25em; line-height: .05em; vertical-align: -.075em; }
.fa-fw { text-align: center; width: 1.25em; }
/* The theme expects drawings, into which the script turned icons. */
.search-button-field > i.fa-solid { display: inline-block; }
.search-button__wrapper.show i { font-size: var(--pst-font-size-icon); }
"""
ICON = re.compile(r"\bfa-[a-z0-9-]+")
CONTENT = re.compile(r"content:\s*[\"']\\(f[0-9a-f]{3})[\"']", re.IGNORECASE)
# The theme keeps the icons of notes and warnings in variables, as characters.
VARIABLE = re.compile(r"--pst-icon-[a-z-]+:\s*[\"']([\uf000-\uf8ff])[\"']")


@cache
def _root() -> Path:
    """The folder of the version of Font Awesome that the theme carries."""
    return next(path for path in sorted(VENDOR.iterdir()) if path.is_dir())


@cache
def codes() -> dict[str, str]:
    """The code point of every icon, in hexadecimal, by its class."""
    sheet = (_root() / "css" / "all.min.css").read_text(encoding="utf-8")
    found = {}
    for names, code in re.findall(r"([^{}]+)\{content:\"\\([0-9a-f]+)\"\}", sheet):
        found.update(dict.fromkeys(re.findall(r"\.(fa-[a-z0-9-]+):{1,2}before", names), code))
    return found


def used(folder: Path) -> tuple[set[str], set[str]]:
    """Classes of icons that pages use, and code points that style sheets name."""
    classes, points = set(), set()
    for path in pages(folder):
        classes.update(ICON.findall(path.read_text(encoding="utf-8")))
    for pattern in ("*.css", "*.js"):
        for path in (folder / "_static").glob(f"**/{pattern}"):
            if "fontawesome" in path.parts or path.name.startswith(("icons.", "joined-")):
                continue
            text = path.read_text(encoding="utf-8")
            points.update(CONTENT.findall(text))
            points.update(f"{ord(icon):x}" for icon in VARIABLE.findall(text))
            classes.update(ICON.findall(text))
    return classes & codes().keys(), points


@cache
def _cut(file: str, points: frozenset[str]) -> bytes:
    """A font with no other characters than these, or nothing if it has none of them."""
    options = subset.Options(flavor="woff", layout_features=[], name_IDs=[1, 2, 13, 14])
    font = subset.load_font(str(_root() / "webfonts" / file), options)
    has = {int(point, 16) for point in points} & font.getBestCmap().keys()
    if not has:
        return b""
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=has)
    cutter.subset(font)
    stream = BytesIO()
    subset.save_font(font, stream, options)
    return stream.getvalue()


def style_sheet(classes: set[str], points: set[str]) -> str:
    """The style sheet with the fonts inside, so that icons come with one request."""
    wanted = frozenset(points | {codes()[name] for name in classes})
    parts = []
    for family, weight, file, selector in FACES:
        font = _cut(file, wanted)
        if not font:
            continue
        data = base64.b64encode(font).decode("ascii")
        parts.append(
            f'@font-face {{ font-family: "{family}"; font-weight: {weight}; '
            f"src: url(data:font/woff;base64,{data}) }}\n"
            f'{selector} {{ font-family: "{family}"; font-weight: {weight}; }}\n'
        )
    icons = [
        f'.{name}::before {{ content: "\\{codes()[name]}" }}\n' for name in sorted(classes)
    ]
    return "".join([*parts, RULES, *icons])


def _configure(app: Sphinx, config: Config) -> None:
    config.templates_path.insert(0, str(HERE / "templates"))


def _write(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.format != "html":
        return
    folder = Path(app.outdir)
    target = folder / STYLE_SHEET
    text = style_sheet(*used(folder))
    if not target.is_file() or target.read_text(encoding="utf-8") != text:
        target.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, object]:
    """Register with Sphinx."""
    app.connect("config-inited", _configure)
    # Late: other extensions copy their style sheets at the end of a build, too.
    app.connect("build-finished", _write, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
