"""Keep a Korean particle on the line of the word that it belongs to.

Browsers break lines between words of Hangul, as the style sheet asks them to. Yet after a
bracket or a formula they see a new word: the 은 of 손실(loss)은 would begin the next line.
"""

from __future__ import annotations

import re

START = '<span class="math"><span class="katex">'
SHORT = 24
JOINED = '<span class="bi-join">{}</span>'
# Code, drawings and scripts are left as they are.
_PART = re.compile(r"<(pre|code|svg|script|style)\b.*?</\1>|<[^>]*>|[^<]+", re.DOTALL)
_PARTICLE = re.compile(r"[)\]”’]+[가-힣]+")
_SPAN = re.compile(r"<(/?)span\b")
_TEX = re.compile(r"<annotation[^>]*>([^<]*)</annotation>")
_AFTER = re.compile(r"[)\]”’]*[가-힣]+")


# A citation ends with its own span, which no other can reach into: only a character that has
# no width and forbids a break ties what follows to it.
_CITATION = re.compile(r"(</a>\]</span>)(?=[가-힣])")
WORD_JOINER = "\u2060"


def _end(body: str, start: int) -> int:
    """Where the span ends that begins at `start`."""
    depth = 0
    for tag in _SPAN.finditer(body, start):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return body.index(">", tag.start()) + 1
    return len(body)


def _is_short(formula: str) -> bool:
    """Whether a formula has no place to break, or so little TeX that it needs none."""
    tex = _TEX.search(formula)
    return formula.count('class="base"') == 1 or (tex is not None and len(tex[1]) <= SHORT)


def _join_formulas(body: str) -> str:
    """Put a short formula and the particle behind it into one span.

    A longer one keeps its own places to break: joined, it could be wider than a phone.
    """
    parts, done = [], 0
    while (start := body.find(START, done)) >= 0:
        end = _end(body, start)
        formula, after = body[start:end], _AFTER.match(body, end)
        opened = "(" if after and body[:start].endswith("(") else ""
        parts.append(body[done : start - len(opened)])
        if after and _is_short(formula):
            parts.append(JOINED.format(opened + formula + after[0]))
            end = after.end()
        else:
            parts.append(opened + formula)
        done = end
    return "".join([*parts, body[done:]])


def _join_brackets(part: re.Match[str]) -> str:
    if part[0].startswith("<"):
        return part[0]
    return _PARTICLE.sub(lambda found: JOINED.format(found[0]), part[0])


def join_particles(body: str) -> str:
    """The body of a page with every particle tied to the bracket or formula before it."""
    body = _CITATION.sub(rf"\1{WORD_JOINER}", body)
    return _PART.sub(_join_brackets, _join_formulas(body))
