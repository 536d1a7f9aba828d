"""The directive and the role `ko`, and the nodes that both turn into.

Every node carries the docutils class ``language-ko`` or ``language-en``, which docutils
itself writes out as the HTML attribute ``lang``.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole, SphinxTranslator

EN_CLASSES = ["bi-en", "language-en"]
KO_CLASSES = ["bi-ko", "language-ko"]
SEPARATOR = " · "
# The content of a role that says "the same words in Korean".
SAME = "="

# From a plain text back to its two halves: the separator that a Korean text follows.
_PLAIN_PAIR = re.compile(r"^(?P<en>.+?) · (?P<ko>[^·]*[가-힣].*)$", re.DOTALL)


class BilingualPair(nodes.General, nodes.Element):
    """An English block and its Korean, set side by side where there is room."""


class BilingualText(nodes.General, nodes.Element):
    """One block in one language."""


class Ko(SphinxDirective):
    """``:::{ko}``: the Korean for the block before it."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Parse the content; an empty block is an error."""
        self.assert_has_content()
        block = BilingualText(classes=list(KO_CLASSES))
        self.set_source_info(block)
        self.state.nested_parse(self.content, self.content_offset, block)
        return [block]


class KoRole(SphinxRole):
    """``{ko}`학습` ``: the Korean for the words before it."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Parse the content, which may hold maths, code and emphasis."""
        words = nodes.inline(self.rawtext, "", classes=list(KO_CLASSES))
        self.set_source_info(words)
        if self.text.strip() == SAME:
            words["same"] = True
            return [words], []
        children, messages = self.inliner.parse(  # type: ignore[attr-defined]
            self.text, self.lineno, self.inliner, words
        )
        words.extend(children)
        return [words], messages


def is_ko_block(node: nodes.Node) -> bool:
    """Whether the node is what the directive `ko` made."""
    return isinstance(node, BilingualText) and "bi-ko" in node["classes"]


def is_ko_words(node: nodes.Node) -> bool:
    """Whether the node is what the role `ko` made."""
    return isinstance(node, nodes.inline) and "bi-ko" in node["classes"]


def split_plain(text: str) -> tuple[str, str]:
    """English and Korean of a plain text like ``Training · 훈련``; else the text twice."""
    found = _PLAIN_PAIR.match(text)
    return (found["en"], found["ko"]) if found else (text, text)


def words_in_both(english: list[nodes.Node], korean: nodes.Node) -> list[nodes.Node]:
    """The inline nodes for both languages with a separator that a style sheet can hide."""
    return [
        nodes.inline("", "", *english, classes=list(EN_CLASSES)),
        nodes.inline("", SEPARATOR, classes=["bi-sep"]),
        korean,
    ]


def plain_words_in_both(english: str, korean: str) -> list[nodes.Node]:
    """`words_in_both` for two plain strings."""
    words = nodes.inline("", korean, classes=list(KO_CLASSES))
    return words_in_both([nodes.Text(english)], words)


def _visit_div(self: SphinxTranslator, node: nodes.Element) -> None:
    name = "bi-pair" if isinstance(node, BilingualPair) else ""
    self.body.append(self.starttag(node, "div", CLASS=name))  # type: ignore[attr-defined]


def _depart_div(self: SphinxTranslator, node: nodes.Element) -> None:
    self.body.append("</div>\n")  # type: ignore[attr-defined]


def _pass(self: SphinxTranslator, node: nodes.Element) -> None:
    """Other formats show both languages one after the other."""


def setup(app: Sphinx) -> None:
    """Register the directive, the role and the nodes."""
    app.add_directive("ko", Ko)
    app.add_role("ko", KoRole())
    other = dict.fromkeys(("latex", "text", "man", "texinfo"), (_pass, _pass))
    for node in (BilingualPair, BilingualText):
        app.add_node(node, html=(_visit_div, _depart_div), **other)
