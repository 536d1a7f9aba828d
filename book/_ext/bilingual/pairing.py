"""Pair every English block with its Korean, and warn where there is none."""

from __future__ import annotations

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from .prose import NOT_PROSE, PAIRABLE, has_words
from .syntax import (
    EN_CLASSES,
    BilingualPair,
    BilingualText,
    is_ko_block,
    is_ko_words,
    plain_words_in_both,
    words_in_both,
)

logger = logging.getLogger(__name__)

# Admonitions whose title docutils writes itself, in the document's language only.
TITLES: dict[type[nodes.Element], tuple[str, str, str]] = {
    nodes.attention: ("attention", "Attention", "주목"),
    nodes.caution: ("caution", "Caution", "조심"),
    nodes.danger: ("danger", "Danger", "위험"),
    nodes.error: ("error", "Error", "오류"),
    nodes.hint: ("hint", "Hint", "힌트"),
    nodes.important: ("important", "Important", "중요"),
    nodes.note: ("note", "Note", "참고"),
    nodes.tip: ("tip", "Tip", "도움말"),
    nodes.warning: ("warning", "Warning", "경고"),
    addnodes.seealso: ("seealso", "See also", "함께 보기"),
}


class PairLanguages(SphinxTransform):
    """Wrap each English block with its Korean, and mark the words of both.

    Warns with type ``bilingual``, subtype ``missing-ko`` or ``orphan-ko``.
    """

    # After substitutions and footnotes are in place, before titles are collected (880).
    default_priority = 500

    def apply(self, **kwargs: object) -> None:
        """Walk the whole document once."""
        for kind, (name, english, korean) in TITLES.items():
            for node in list(self.document.findall(kind)):
                _give_title(node, name, english, korean)
        self._walk(self.document)

    def _walk(self, parent: nodes.Element) -> None:
        """Pair and check the children of one block."""
        index = 0
        while index < len(parent.children):
            child = parent.children[index]
            index += 1
            if is_ko_block(child):
                self._warn_orphan(child)
            elif isinstance(child, PAIRABLE) and (ko := _ko_after(parent, index)):
                self._check_not_paired_twice(child, ko)
                _wrap(child, ko)
            elif isinstance(child, NOT_PROSE) or not isinstance(child, nodes.Element):
                continue
            elif isinstance(child, nodes.TextElement):
                self._check_words(child)
            elif _is_code_cell(child):
                self._walk_outputs(child)
            else:
                self._walk(child)

    def _walk_outputs(self, cell: nodes.Element) -> None:
        """Check what a code cell shows in words: the captions of its figures."""
        for caption in list(cell.findall(nodes.caption)):
            self._check_words(caption)

    def _check_words(self, node: nodes.TextElement) -> None:
        """Mark the two languages in a heading, caption, cell or paragraph, or warn."""
        # Words may be given either way: behind the text, or inside each of its links.
        for part in [node, *node.findall(_is_link_text)]:
            _mark_words(part)
        if not _all_marked(node):
            shown = " ".join(node.astext().split())
            logger.warning(
                'no Korean for "%s"',
                shown if len(shown) <= 60 else shown[:57] + "...",
                type="bilingual",
                subtype="missing-ko",
                location=location_of(node),
            )

    def _check_not_paired_twice(self, english: nodes.Element, ko: nodes.Element) -> None:
        if any(is_ko_block(node) or is_ko_words(node) for node in english.findall()):
            logger.warning(
                "this Korean block follows a block that holds its own Korean already",
                type="bilingual",
                subtype="orphan-ko",
                location=location_of(ko),
            )

    def _warn_orphan(self, block: nodes.Element) -> None:
        logger.warning(
            "this Korean block follows no English block",
            type="bilingual",
            subtype="orphan-ko",
            location=location_of(block),
        )


def _is_code_cell(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def _ko_after(parent: nodes.Element, index: int) -> nodes.Element | None:
    """The `ko` block at the index, comments passed over."""
    for node in parent.children[index:]:
        if is_ko_block(node):
            return node
        if not isinstance(node, nodes.comment):
            return None
    return None


def _wrap(english: nodes.Element, korean: nodes.Element) -> None:
    """Replace the two blocks by one pair that holds them."""
    parent = english.parent
    pair = BilingualPair()
    pair.source, pair.line = english.source, english.line
    parent.replace(english, pair)
    parent.remove(korean)
    pair += BilingualText("", english, classes=list(EN_CLASSES))
    pair += korean


def _is_link_text(node: nodes.Node) -> bool:
    """Whether a node may be the text of a link, which can take a role of its own."""
    link = (nodes.reference, addnodes.pending_xref)
    return isinstance(node, link) or isinstance(node.parent, link)


def _mark_words(node: nodes.Node) -> None:
    """Wrap what stands before a `ko` role as English.

    With ``{ko}`=` `` the role is taken out and the words stay for both languages.
    """
    roles = [child for child in node.children if is_ko_words(child)]
    if not roles or (isinstance(node, nodes.Element) and node.get("same")):
        return
    korean = roles[-1]
    if korean.get("same"):
        node.remove(korean)
        node["same"] = True
        _strip_end(node)
        return
    # A target belongs to both languages: a hidden one could not be jumped to.
    targets = [child for child in node.children if isinstance(child, nodes.target)]
    english = [c for c in node.children if c is not korean and c not in targets]
    node.clear()
    node.extend([*targets, *words_in_both(english, korean)])
    _strip_end(node.children[len(targets)])


def _strip_end(node: nodes.Node) -> None:
    """Take the space off the end, which stood before the role."""
    if not (node.children and isinstance(node.children[-1], nodes.Text)):
        return
    stripped = nodes.Text(node.children[-1].astext().rstrip())
    # By its place: texts are equal to others with the same words, such as line breaks.
    del node[-1]  # type: ignore[attr-defined]
    if stripped:
        node += stripped  # type: ignore[operator]


def _all_marked(node: nodes.Node) -> bool:
    """Whether every word is answered by a `ko` role beside it."""
    if isinstance(node, nodes.Text):
        return not has_words(node)
    if not has_words(node) or "same" in node or any(map(is_ko_words, node.children)):
        return True
    return all(map(_all_marked, node.children))


def _give_title(node: nodes.Element, name: str, english: str, korean: str) -> None:
    """Turn an admonition without a title of its own into one with a title in both."""
    title = nodes.title("", "", *plain_words_in_both(english, korean))
    # The words are complete: `same` keeps them from being asked for Korean again.
    title["same"] = True
    replacement = nodes.admonition("", title, *node.children, **node.attributes)
    replacement["classes"] = [name, *node["classes"]]
    replacement.source, replacement.line = node.source, node.line
    node.replace_self(replacement)


def location_of(node: nodes.Node) -> nodes.Node:
    """The nearest node that knows its line: table cells and captions often do not."""
    at: nodes.Node | None = node
    while at is not None and not at.line:  # 0 stands for "unknown" in tables
        at = at.parent
    return at if at is not None else node


def setup(app: Sphinx) -> None:
    """Register the transform."""
    app.add_transform(PairLanguages)
