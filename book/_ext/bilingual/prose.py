"""What counts as prose, and so needs its Korean."""

from __future__ import annotations

import re

from docutils import nodes
from sphinx import addnodes

# Whole subtrees without prose of our own.
NOT_PROSE = (
    nodes.Invisible,  # comments, targets, substitution definitions, pending
    nodes.Inline,
    nodes.literal_block,
    nodes.doctest_block,
    nodes.math_block,
    nodes.raw,
    nodes.image,
    nodes.transition,
    nodes.system_message,
    nodes.docinfo,
    nodes.citation,
    addnodes.toctree,
    addnodes.index,
    addnodes.desc,  # documentation of the library, generated from docstrings
    addnodes.highlightlang,
    addnodes.tabular_col_spec,
)

# Blocks that a `ko` block may answer as a whole.
PAIRABLE = (
    nodes.paragraph,
    nodes.bullet_list,
    nodes.enumerated_list,
    nodes.definition_list,
    nodes.field_list,
    nodes.block_quote,
    nodes.line_block,
    nodes.table,
)

# Inline nodes whose letters are no words of a language.
_NO_WORDS = (
    nodes.literal,
    nodes.math,
    nodes.raw,
    nodes.image,
    nodes.footnote_reference,
    nodes.citation_reference,
    addnodes.pending_xref,  # its text, if given, is checked where it is written out below
    nodes.problematic,
)

_URL = re.compile(r"^(https?://|mailto:|www\.)\S+$")


def _is_bare_link(node: nodes.Node) -> bool:
    """Whether a link shows only its address."""
    return isinstance(node, nodes.reference) and bool(_URL.match(node.astext()))


def _is_named_link(node: nodes.Node) -> bool:
    """Whether a cross reference shows words that its author wrote."""
    return isinstance(node, addnodes.pending_xref) and bool(node.get("refexplicit"))


def has_words(node: nodes.Node) -> bool:
    """Whether a node holds letters outside maths, code, addresses and references."""
    if isinstance(node, nodes.Text):
        return any(letter.isalpha() for letter in node.astext())
    if _is_named_link(node):
        return any(letter.isalpha() for letter in node.astext())
    if isinstance(node, _NO_WORDS) or _is_bare_link(node):
        return False
    return any(has_words(child) for child in node.children)
