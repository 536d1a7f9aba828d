"""What can be wrong in one pair of texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from .pairs import Pair, words
from .particles import misfits

# A sentence's end with the next sentence stuck to it.
_STUCK = re.compile(r"[가-힣)][.!?](?=[가-힣A-Za-z])")
_HANGUL = re.compile(r"[가-힣]")
# Everyday nouns of the book that are in no list of terms.
EVERYDAY_NOUNS = (
    "데이터 텐서 함수 모델 신경망 매개변수 확률 분포 평균 분산 코드 셀 노트북 값 숫자 그림 "
    "문제 답 점 표본 이미지 벡터 행렬 스칼라 미분 오차 시드 장치 루프 라이브러리 결과 학생"
).split()


@dataclass(frozen=True)
class Finding:
    """One thing to mend, with its place."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True)
class Term:
    """One concept of book/terms.yml."""

    english: tuple[str, ...]
    korean: str
    shown: str
    """The Korean as the glossary writes it."""
    never: tuple[str, ...]

    @cached_property
    def in_english(self) -> re.Pattern[str]:
        """Matches the English term, also in the plural."""
        forms = "|".join(re.escape(form) for form in self.english)
        return re.compile(rf"\b(?:{forms})(?:s|es)?\b", re.IGNORECASE)

    @cached_property
    def left_in_korean(self) -> re.Pattern[str]:
        """Matches the English term in a Korean text, outside parentheses."""
        named = [form for form in self.english if not form.isupper()]
        forms = "|".join(re.escape(form) for form in named)
        return re.compile(rf"(?<![A-Za-z])(?:{forms})(?![A-Za-z])", re.IGNORECASE)


def load_terms(path: Path) -> list[Term]:
    """Read book/terms.yml.

    Raises:
        ValueError: for an entry without `en` or `ko`.
    """
    terms = []
    for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
        if not {"en", "ko"} <= set(entry):
            raise ValueError(f"{path}: an entry needs `en` and `ko`: {entry}")
        english = tuple(form.strip() for form in entry["en"].split(","))
        shown = entry.get("shown", entry["ko"])
        terms.append(Term(english, entry["ko"], shown, tuple(entry.get("never", ()))))
    return terms


def findings(pair: Pair, terms: list[Term], path: Path) -> Iterator[Finding]:
    """Everything that is wrong in the Korean of a pair.

    Args:
        pair: an English text and its Korean.
        terms: what `load_terms` gave.
        path: the file, for the findings.
    """
    korean, english = words(pair.korean), words(pair.english)

    def at(place: int, message: str) -> Finding:
        return Finding(path, pair.korean_line + korean[:place].count("\n"), message)

    if _HANGUL.search(korean):
        for match in _STUCK.finditer(korean):
            yield at(match.start(), f'no space after "{_around(korean, match.start())}"')
        for place, written, right in misfits(korean, _nouns(terms)):
            yield at(place, f'"{written}" should be "{right}"')
    for term in terms:
        yield from _term_findings(term, english, korean, at)


def _term_findings(term: Term, english: str, korean: str, at: Any) -> Iterator[Finding]:
    if term.in_english.search(english):
        for word in term.never:
            if (place := korean.find(word)) >= 0:
                yield at(place, f'"{word}" for "{term.english[0]}": the term is {term.korean}')
    if _HANGUL.search(term.korean):
        outside = re.sub(r"\([^()]*\)", lambda match: " " * len(match[0]), korean)
        if match := term.left_in_korean.search(outside):
            yield at(
                match.start(), f'"{match[0]}" is left in English: the term is {term.korean}'
            )


def _nouns(terms: list[Term]) -> list[str]:
    listed = [term.korean for term in terms if _HANGUL.search(term.korean)]
    return [*(noun for noun in listed if not noun.endswith("다")), *EVERYDAY_NOUNS]


def _around(text: str, place: int) -> str:
    return text[max(0, place - 8) : place + 4].replace("\n", " ")
