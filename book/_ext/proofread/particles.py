"""Particles that do not fit the word before them, where its reading is certain.

A particle has one form after a consonant (받침) and another after a vowel; 으로 counts ㄹ as
a vowel. A word of the list of terms is certain; for other Korean words only those forms are
judged that no verb ending and no noun could be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

# After a consonant, after a vowel.
FORMS = {
    "을": ("을", "를"),
    "를": ("을", "를"),
    "이": ("이", "가"),
    "가": ("이", "가"),
    "은": ("은", "는"),
    "는": ("은", "는"),
    "과": ("과", "와"),
    "와": ("과", "와"),
    "으로": ("으로", "로"),
    "로": ("으로", "로"),
}
# How the final letters of an acronym and single digits are read.
CONSONANT_LETTERS = {"L": "ㄹ", "M": "ㅁ", "N": "ㄴ", "R": "ㄹ"}
DIGITS = {"0": "ㅇ", "1": "ㄹ", "3": "ㅁ", "6": "ㄱ", "7": "ㄹ", "8": "ㄹ"}
# Latin words of the book whose Korean reading everyone shares, and the consonant it ends in.
READINGS = {
    "pytorch": "", "python": "ㄴ", "jupyter": "", "adam": "ㅁ", "lenet": "ㅅ", "relu": "",
    "colab": "ㅂ", "matplotlib": "ㅂ", "numpy": "", "nbgrader": "", "github": "",
    "imagenet": "ㅅ", "alexnet": "ㅅ", "dask": "", "jupyterlab": "ㅂ", "jupyterhub": "",
    "transformer": "", "gan": "ㄴ", "dcgan": "ㄴ", "softplus": "", "sigmoid": "", "tanh": None,
    "cpu": "", "gpu": "", "linux": "", "macos": "", "bubblewrap": "ㅂ", "tensor": "",
}  # fmt: skip
# Korean words that end like a particle of the wrong form and are right.
NOUNS_AND_VERBS = {
    "을": "가을 마을 노을 고을 지을 이을 나을 부을 그을 저을 여을 주을 모을 보을".split(),
    "로": "경로 진로 통로 항로 선로 난로 활로 도로 수로 원로 판로 험로 평행선로 억지로".split(),
    "으로": [],
    "와": [],
    "를": [],
}

_WORD = re.compile(r"[가-힣]+")
_AFTER_LATIN = re.compile(r"(?<![A-Za-z])([A-Za-z][A-Za-z-]*|\d[\d.,]*)([가-힣]+)")
# A particle behind parentheses belongs to the word before them.
_AFTER_PARENTHESES = re.compile(
    r"(?:(?P<korean>[가-힣])|(?<![A-Za-z])(?P<other>[A-Za-z][A-Za-z-]*|\d[\d.,]*))"
    r" ?\([^()]*\)(?P<particle>[가-힣]+)"
)


def final_consonant(syllable: str) -> str:
    """The consonant a Hangul syllable ends in, "" after a vowel."""
    consonants = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
    return consonants[(ord(syllable) - 0xAC00) % 28].strip()


def right_form(particle: str, consonant: str) -> str:
    """The form of a particle behind a word that ends in this consonant."""
    after_consonant, after_vowel = FORMS[particle]
    if not consonant or (after_vowel == "로" and consonant == "ㄹ"):
        return after_vowel
    return after_consonant


def misfits(text: str, nouns: Iterable[str]) -> Iterator[tuple[int, str, str]]:
    """Find particles that do not fit.

    Args:
        text: Korean words without code and maths.
        nouns: words that are certainly nouns.

    Yields:
        The place in the text, what is written, and what it should be.
    """
    ends = sorted(nouns, key=len, reverse=True)
    for match in _WORD.finditer(text):
        before = text[match.start() - 1 : match.start()]
        if before.isascii() and (before.isalnum() or before == ")"):
            continue
        yield from _judge(match.start(), *_split(match[0], ends))
    for match in _AFTER_LATIN.finditer(text):
        if match[2] in FORMS and (consonant := _reading(match[1])) is not None:
            yield from _compare(match.start(), match[1], match[2], consonant)
    for match in _AFTER_PARENTHESES.finditer(text):
        korean, other, particle = match.group("korean", "other", "particle")
        consonant = final_consonant(korean) if korean else _reading(other)
        if particle in FORMS and consonant is not None:
            stem = match[0].removesuffix(particle)
            yield from _compare(match.start(), stem, particle, consonant)


def _split(word: str, nouns: list[str]) -> tuple[str, str, bool]:
    """Stem and particle of a word, and whether the stem is certainly a noun."""
    for particle in sorted(FORMS, key=len, reverse=True):
        stem = word.removesuffix(particle)
        if stem != word and stem:
            known = next((noun for noun in nouns if stem.endswith(noun.split()[-1])), None)
            return stem, particle, known is not None
    return word, "", False


def _judge(
    place: int, stem: str, particle: str, certain: bool
) -> Iterator[tuple[int, str, str]]:
    if not particle:
        return
    if not certain:
        exceptions = NOUNS_AND_VERBS.get(particle)
        written = stem + particle
        if exceptions is None or any(written.endswith(word) for word in exceptions):
            return
    yield from _compare(place, stem, particle, final_consonant(stem[-1]))


def _compare(
    place: int, stem: str, particle: str, consonant: str
) -> Iterator[tuple[int, str, str]]:
    right = right_form(particle, consonant)
    if right != particle:
        yield place, stem + particle, stem + right


def _reading(word: str) -> str | None:
    """The consonant a Latin word or a number ends in when read; None where that is open."""
    word = word.strip(".,-")
    if word[-1].isdigit():
        return _number_reading(word)
    if word.lower() in READINGS:
        return READINGS[word.lower()]
    if word.isupper():  # read letter by letter, or so that the end sounds the same
        return CONSONANT_LETTERS.get(word[-1], "")
    return None


def _number_reading(number: str) -> str:
    if "." in number or number[-1] != "0":
        return DIGITS.get(number[-1], "")
    zeros = len(number) - len(number.rstrip("0,"))
    whole = number.replace(",", "")
    if whole.strip("0") == "":
        return "ㅇ"
    # 십, 백, 천, 만, 십만 ... 억: the zeros at the end decide.
    return {1: "ㅂ", 2: "ㄱ", 3: "ㄴ"}.get(zeros % 4, "ㄴ" if zeros < 8 else "ㄱ")
