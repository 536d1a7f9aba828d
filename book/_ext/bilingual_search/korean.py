"""The words of a Korean text that a reader may look for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml
from kiwipiepy import Kiwi, Token

TERMS = Path(__file__).resolve().parents[2] / "terms.yml"
HANGUL = re.compile("[가-힣]")
NOUNS = {"NNG", "NNP", "XR", "NR", "NP"}
# What a noun takes at its beginning and end: 비공개, 판별적.
AFFIXES = {"XPN", "XSN"}
VERBS = ("VV", "VA")
# Words in every paragraph, which would find every page.
STOPWORDS = frozenset(
    "하다 되다 있다 없다 같다 이다 아니다 않다 대하다 위하다 통하다 따르다 의하다 "
    "이 그 저 이것 그것 여기 거기 무엇 누구 우리 자신 나 너 또 및 등 더 잘 다 모두 수 때 "
    "와 과 은 는 가 을 를 의 에 로 도 만 "  # a particle alone after code or a formula
    "그리고 그러나 하지만 그래서 따라서 또한 즉".split()
)


@cache
def analyser() -> Kiwi:
    """The analyser; it knows the book's terms, which it would take apart otherwise."""
    kiwi = Kiwi(num_workers=1)
    for term in yaml.safe_load(TERMS.read_text(encoding="utf-8")):
        for word in re.findall("[가-힣]+", term["ko"]):
            if len(word) > 1:
                kiwi.add_user_word(word, "NNG", 0.0)
    return kiwi


# The words of texts, which `known.py` keeps from build to build; the texts that were asked for
# in this one, and those that had to be taken apart.
known: dict[str, list[str]] = {}
asked: set[str] = set()
found: set[str] = set()


def words(text: str) -> list[str]:
    """Nouns, verbs in their dictionary form, and adverbs, in order.

    A compound written without spaces is given whole and in its parts: 경사하강법, 경사, 하강,
    법.
    """
    asked.add(text)
    if text not in known:
        found.add(text)
        known[text] = [word for word in _words(text) if word not in STOPWORDS]
    return known[text]


def _words(text: str) -> Iterator[str]:
    for run in _runs(analyser().tokenize(text)):
        if len(run) > 1:
            yield "".join(token.form for token in run)
        for token in run:
            if token.tag.startswith(VERBS):
                yield f"{token.form}다"
            elif token.tag not in AFFIXES:
                yield token.form


def _runs(tokens: list[Token]) -> Iterator[list[Token]]:
    """Nouns that touch each other together, verbs and adverbs alone, nothing else."""
    run: list[Token] = []
    for token in tokens:
        nominal = token.tag in NOUNS | AFFIXES and HANGUL.search(token.form) is not None
        if run and not (nominal and token.start == run[-1].end):
            yield run
            run = []
        if nominal:
            run.append(token)
        elif token.tag.startswith((*VERBS, "MAG")):
            yield [token]
    if run:
        yield run
