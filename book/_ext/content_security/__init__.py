"""A content-security policy in every page: only the site's own scripts run.

Scripts that the theme writes into a page are allowed by the hash of what they say. Its article
has none of them: a script in there, as in the output of a cell, does not run. Nothing is loaded
from anywhere else. Styles may be written into the page, for maths is set with them. The
comments of giscus are the one exception, where `_config.yml` turns them on.
"""

from __future__ import annotations

import base64
import hashlib
import re
from html import escape
from pathlib import Path

from bilingual.comments import giscus_of
from built import pages
from sphinx.application import Sphinx
from sphinx.util import logging

GISCUS = "https://giscus.app"
SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.S | re.I)
# From the first to the last tag: what a cell prints cannot end it early.
ARTICLE = re.compile(r"<article\b.*</article>", re.S | re.I)
HEAD = re.compile(r"<head>\s*(<meta charset=[^>]*>)?", re.I)
MARK = '<meta http-equiv="Content-Security-Policy"'
TAG = re.compile(rf'\n    {re.escape(MARK)} content="[^"]*">')
DATA = re.compile(r"\btype=[\"']?(application/[\w.+-]*json|text/x-)", re.I)
# What a policy without 'unsafe-inline' would stop: say so when the page is built.
HANDLER = re.compile(r"<[a-z][^<>]*\s(on[a-z]+)\s*=\s*[\"']|href=[\"']\s*(javascript:)", re.I)

logger = logging.getLogger(__name__)


def hash_of(script: str) -> str:
    """The hash of a script's text as a policy names it."""
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def policy(html: str, *, comments: bool = False) -> str:
    """The policy of a page.

    Args:
        html: the page; scripts in its article are not allowed.
        comments: whether giscus may load its script and frame.
    """
    inline = {
        hash_of(found["text"])
        for found in SCRIPT.finditer(ARTICLE.sub("", html))
        if "src=" not in found["attributes"].lower()
    }
    giscus = [GISCUS] if comments else []
    rules = {
        "default-src": ["'none'"],
        "script-src": ["'self'", *sorted(inline), *giscus],
        "style-src": ["'self'", "'unsafe-inline'", *giscus],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'", "data:"],
        "media-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "frame-src": giscus or ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in rules.items())


def stopped(html: str) -> list[str]:
    """What the policy of a page stops: handlers, and scripts written into its article."""
    article = ARTICLE.search(html)
    scripts = SCRIPT.finditer(article[0]) if article else ()
    # With such a type it is data, as the state of widgets.
    inline = [found for found in scripts if not DATA.search(found["attributes"])]
    return [found[1] or found[2] for found in HANDLER.finditer(html)] + ["a script"] * len(
        inline
    )


def secured(html: str, *, comments: bool = False) -> str:
    """The page with its policy as the first thing in its head, in place of an earlier one."""
    html = TAG.sub("", html, count=1)
    tag = f'{MARK} content="{escape(policy(html, comments=comments))}">'
    return HEAD.sub(lambda head: f"{head[0]}\n    {tag}", html, count=1)


def _secure_pages(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.format != "html":
        return
    comments = bool(giscus_of(app.config.comments_config))
    for path in pages(Path(app.outdir)):
        html = path.read_text(encoding="utf-8")
        for what in stopped(html):
            logger.warning("%s: the policy stops %s", path, what)
        safe = secured(html, comments=comments)
        if safe != html:
            path.write_text(safe, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, object]:
    """Register with Sphinx."""
    # Last of all: a page changed after this would have other hashes.
    app.connect("build-finished", _secure_pages, priority=990)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
