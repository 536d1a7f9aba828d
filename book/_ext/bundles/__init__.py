"""One style sheet and few scripts for each page, instead of two dozen files.

The theme and the extensions bring many small files, each of which a browser must ask for. After
a build those that a page names are joined, in the same order; pages with the same files share
them. The files themselves stay where they are.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from built import pages
from sphinx.application import Sphinx
from sphinx.util import logging

STATIC = "_static"
LINK = re.compile(
    r'[ \t]*<link\b(?=[^>]*\brel="stylesheet")(?![^>]*\bmedia=)'
    r'[^>]*\bhref="(?P<root>(?:\.\./)*)_static/(?P<path>[^"?]+\.css)[^"]*"[^>]*>\n?'
)
SCRIPT = re.compile(
    r'[ \t]*<script\b(?P<attributes>[^>]*)\bsrc="(?P<root>(?:\.\./)*)_static/'
    r'(?P<path>[^"?]+\.js)[^"]*"[^>]*></script>\n?'
)
# It fills what the scripts define, so it must not come before them.
INDEX = re.compile(r'<script src="((?:\.\./)*searchindex\.js)"')
ARTICLE = re.compile(r"<article\b.*</article>", re.S | re.I)
# A script inside the page speaks to it before any other may run.
APART = "documentation_options.js"
THEME = "scripts/"
IMPORT = re.compile(r'@import\s+(?:url\()?["\']([^"\')]+)["\']\)?\s*;')
URL = re.compile(r'url\(\s*(["\']?)(?!["\']|data:|#|/|[a-z]+:)([^"\')]+)\1\s*\)')
SOURCE_MAP = re.compile(r"//# sourceMappingURL=.*$|/\*# sourceMappingURL=[^*]*\*/", re.M)
# Scripts of the theme that ask for sizes and styles as soon as a page is there have a browser
# lay out all of it before anything else: boxes of code, which reading.js looks after as they
# come to the screen; the header, asked for now as a reader scrolls; whether the sections that
# the contents follow are hidden, and whether the body scrolls by itself: none is, and it does
# not.
CHANGED = {
    "scripts/pydata-sphinx-theme.js": [
        (',"complete"===document.readyState?T():window.addEventListener("load",T)', ""),
    ],
    # It runs once the page is read, as all that is joined: what waits for that must still
    # wait for the scripts behind it.
    "doctools.js": [
        ('document.readyState !== "loading"', 'document.readyState === "complete"')
    ],
    "scripts/bootstrap.js": [
        ("Bt(t)&&(this._targetLinks", "t&&(this._targetLinks"),
        ('"visible"===getComputedStyle(this._element).overflowY?', "!0?"),
        (
            'e=document.getElementsByClassName("bd-header")[0].getBoundingClientRect();',
            'h=document.getElementsByClassName("bd-header")[0],'
            "e={get bottom(){return h.getBoundingClientRect().bottom}};",
        ),
    ],
}
NAMES = re.compile(r"\A/\* joined: (.*) \*/\n")
JOINED = re.compile(rf"{STATIC}/(?P<name>joined-[0-9a-f]{{8}}\.(?:css|js))\?v=[0-9a-f]{{8}}")

logger = logging.getLogger(__name__)


def _short_hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:8]


def join_sheets(static: Path, names: Sequence[str]) -> str:
    """The style sheets as one that lies in `static`: imports are put in, addresses follow."""
    return "\n".join(_sheet(static, name) for name in names)


def _sheet(static: Path, name: str) -> str:
    folder = posixpath.dirname(name)

    def moved(address: str) -> str:
        return posixpath.normpath(posixpath.join(folder, address))

    def versioned(address: str) -> str:
        # Fonts are cut anew with new formulas; a browser must not keep those of before.
        path = static / address
        return f"{address}?v={_short_hash(path.read_bytes())}" if path.is_file() else address

    text = SOURCE_MAP.sub("", (static / name).read_text(encoding="utf-8"))
    text = URL.sub(lambda found: f'url("{versioned(moved(found[2]))}")', text)
    return IMPORT.sub(lambda found: _sheet(static, moved(found[1])), text)


def join_scripts(static: Path, names: Sequence[str]) -> str:
    """The scripts as one.

    Each ends with a semicolon, lest two of them be read as a call. The first, too, comes after
    one: its "use strict" would hold for all of them.
    """
    return "".join(f";{_script(static, name)}\n" for name in names)


def _script(static: Path, name: str) -> str:
    text = SOURCE_MAP.sub("", (static / name).read_text(encoding="utf-8"))
    for old, new in CHANGED.get(name, ()):
        if old not in text:
            logger.warning("%s no longer holds what is changed in it: %s", name, old)
        text = text.replace(old, new)
    return text


Join = Callable[[Path, Sequence[str]], str]
JOIN: dict[str, Join] = {".css": join_sheets, ".js": join_scripts}


def joined_name(names: Sequence[str], suffix: str) -> str:
    """The name of the file that holds all these; the same names give the same."""
    return f"joined-{_short_hash(' '.join(names).encode())}{suffix}"


def bundled(html: str, wanted: dict[str, list[str]]) -> str:
    """The page with one tag for its style sheets, and one for its scripts but the theme's.

    Args:
        html: the page.
        wanted: gets the names of the files, by the name of the one that holds them.
    """
    article = ARTICLE.search(html)
    start, end = article.span() if article else (len(html), len(html))

    def found_by(pattern: re.Pattern[str]) -> list[re.Match[str]]:
        return [
            found
            for found in pattern.finditer(html)
            if not start <= found.start() < end
            and not found["path"].startswith(("joined-", APART))
        ]

    # As a browser runs them: those that wait for the page come after all the others.
    scripts = sorted(found_by(SCRIPT), key=lambda found: "defer" in found["attributes"])
    # The theme's, which take longest, one by one: a browser may draw between two scripts.
    theme = [[found] for found in scripts if found["path"].startswith(THEME)]
    others = [found for found in scripts if [found] not in theme]
    tags = []
    sheets = (found_by(LINK), ".css", '<link rel="stylesheet" href="{}">')
    for group, suffix, tag in (
        sheets,
        *((group, ".js", '<script defer src="{}"></script>') for group in (others, *theme)),
    ):
        if not group:
            continue
        names = [found["path"] for found in group]
        name = joined_name(names, suffix)
        wanted[name] = names
        address = f"{group[0]['root']}{STATIC}/{name}?v={'0' * 8}"
        first, *rest = sorted(group, key=lambda found: found.start())
        tags += [(first, f"{tag.format(address)}\n"), *((found, "") for found in rest)]
    for found, tag in sorted(tags, key=lambda pair: -pair[0].start()):
        html = f"{html[: found.start()]}{tag}{html[found.end() :]}"
    return INDEX.sub(r'<script defer src="\1"', html) if scripts else html


def _kept(static: Path) -> dict[str, list[str]]:
    """What earlier builds joined, which pages that were not written again still name."""
    kept = {}
    for path in static.glob("joined-*"):
        names = NAMES.match(path.read_text(encoding="utf-8"))
        if names and all((static / name).is_file() for name in names[1].split()):
            kept[path.name] = names[1].split()
        else:
            path.unlink()
    return kept


def _bundle(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.format != "html":
        return
    folder = Path(app.outdir)
    static = folder / STATIC
    wanted = _kept(static)
    texts = {}
    for path in pages(folder):
        before = path.read_text(encoding="utf-8")
        texts[path] = before, bundled(before, wanted)
    named = {found["name"] for _, text in texts.values() for found in JOINED.finditer(text)}
    versions = {name: _write(static, name, wanted[name]) for name in named & wanted.keys()}
    for name in wanted.keys() - named:
        (static / name).unlink(missing_ok=True)
    for path, (before, text) in texts.items():
        after = JOINED.sub(partial(_versioned, path, versions), text)
        if after != before:
            path.write_text(after, encoding="utf-8")


def _versioned(page: Path, versions: dict[str, str], found: re.Match[str]) -> str:
    if found["name"] not in versions:
        logger.warning("%s names %s, whose files are gone: run `make clean`", page, found[0])
        return found[0]
    return f"{STATIC}/{found['name']}?v={versions[found['name']]}"


def _write(static: Path, name: str, names: list[str]) -> str:
    """Write a joined file if it became another; gives its version."""
    path = static / name
    text = f"/* joined: {' '.join(names)} */\n{JOIN[path.suffix](static, names)}"
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
    return _short_hash(text.encode("utf-8"))


def setup(app: Sphinx) -> dict[str, object]:
    """Register with Sphinx."""
    # After the icons' style sheet is written, before the policy of each page.
    app.connect("build-finished", _bundle, priority=950)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
