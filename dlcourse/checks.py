"""Checks of a problem set: what was expected, what came, and where the book explains it.

Every message comes in English and in Korean. A text for both is written ``"English | 한국어"``.
"""

from __future__ import annotations

import math
import os
import random
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import torch
from torch import nn

VISIBLE_SEED = 20260900
MOST_LETTERS = 120
# What torch raises for values that are no numbers.
NO_TENSOR = (TypeError, ValueError, RuntimeError, OverflowError)
# Stands for every NaN, none of which equals itself.
NOT_A_NUMBER = object()


class Checks:
    """Checks whose messages point to a section of the book.

    Args:
        sections: by a short name, ``"chapter: Heading | 제목"``, for instance
            ``losses="gan/gan: The discriminator's loss | 판별자의 손실"``.
    """

    def __init__(self, **sections: str) -> None:
        self.sections = sections

    def that(self, passed: bool, english: str, korean: str, section: str) -> None:
        """Stop with the message in both languages unless ``passed``.

        Raises:
            AssertionError: where ``passed`` is false.
            KeyError: for a section that was not named at the start.
        """
        place = f"→ book/{self.sections[section]}"
        if not passed:
            raise AssertionError(f"\n{english}\n{korean}\n{place}")

    def close(
        self, what: str, got: Any, expected: Any, section: str, tolerance: float = 1e-4
    ) -> None:
        """Compare a number, a list of numbers or a tensor with what it should be.

        Shapes must agree, except that a number and a tensor with one element do. Each element
        may be off by ``tolerance``, and by so large a part of the expected value. A complex
        number is no number here, whatever its imaginary part.

        Raises:
            AssertionError: where ``got`` is something else, with what was expected and came.
        """
        wanted = torch.as_tensor(expected, dtype=torch.float64).detach().cpu()
        value = _real_numbers(got)
        passed = value is not None and _near(value, wanted, tolerance)
        self._compare(passed, what, got, expected, section)

    def equal(self, what: str, got: Any, expected: Any, section: str) -> None:
        """Compare plain values exactly; tuples and lists with the same items are the same.

        Raises:
            AssertionError: where ``got`` is something else, with what was expected and came.
        """
        same = _as_lists(got) == _as_lists(expected)
        self._compare(same is True, what, got, expected, section)

    def shape(self, what: str, got: Any, expected: Iterable[int], section: str) -> None:
        """Compare the shape of a tensor.

        Raises:
            AssertionError: where ``got`` is no tensor, or one with another shape.
        """
        wanted = tuple(expected)
        if torch.is_tensor(got):
            self._compare(tuple(got.shape) == wanted, what, tuple(got.shape), wanted, section)
        english, korean = both(what)
        self.that(
            torch.is_tensor(got),
            f"{english}: expected a tensor with shape {wanted}, got {words(got)}.",
            f"{korean}: 모양이 {wanted}인 텐서를 기대했으나, 나온 값은 {words(got)}입니다.",
            section,
        )

    def weights(
        self, what: str, net: nn.Module, expected: nn.Module | list, section: str
    ) -> None:
        """Compare all weights of a net with another net's, or with a list of tensors.

        Raises:
            AssertionError: for the first weight that differs, or where their number does.
        """
        if isinstance(expected, nn.Module):
            expected = [weight.detach() for weight in expected.parameters()]
        english, korean = both(what)
        found = list(net.parameters())
        self.equal(
            f"{english}, number of parameters | {korean}, 매개변수의 개수",
            len(found),
            len(expected),
            section,
        )
        for number, (weight, wanted) in enumerate(zip(found, expected, strict=True)):
            name = f"{english}, parameter {number} | {korean}, 매개변수 {number}"
            self.close(name, weight, wanted, section)

    def _compare(self, passed: bool, what: str, got: Any, expected: Any, section: str) -> None:
        english, korean = both(what)
        self.that(
            passed,
            f"{english}: expected {words(expected)}, got {words(got)}.",
            f"{korean}: 기대한 값 {words(expected)}, 나온 값 {words(got)}.",
            section,
        )


def both(text: str) -> tuple[str, str]:
    """The English and the Korean of ``"English | 한국어"``, or a text without ``|`` twice."""
    english, _, korean = text.partition(" | ")
    return english, korean or english


def words(value: Any) -> str:
    """A short text for a number, a tensor or whatever else came back."""
    if not torch.is_tensor(value):
        text = f"{value:.6g}" if isinstance(value, float) else repr(value)
        return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]} ..."
    numbers = [f"{number:.6g}" for number in value.detach().flatten()[:6].tolist()]
    if value.dim() == 0:
        return numbers[0]
    dots = ", ..." if value.numel() > 6 else ""
    return f"[{', '.join(numbers)}{dots}] (shape {tuple(value.shape)})"


def random_source(number: int) -> torch.Generator:
    """A source of random inputs for one check; the grader's seed is not the one you see."""
    return torch.Generator().manual_seed(check_seed() + number)


def python_source(number: int) -> random.Random:
    """The same for Python's own random numbers."""
    return random.Random(check_seed() + number)


def check_seed() -> int:
    """The seed of the random inputs: the grader sets one for each submission."""
    return int(os.environ.get("GRADER_CHECK_SEED", VISIBLE_SEED))


def _real_numbers(value: Any) -> torch.Tensor | None:
    """``value`` as a tensor of doubles; None for what is something else."""
    with suppress(*NO_TENSOR):  # an int that is too long for torch's own fits a double
        if torch.as_tensor(value).is_complex():
            return None  # as doubles it would lose its imaginary part
    try:
        return torch.as_tensor(value, dtype=torch.float64).detach().cpu()
    except NO_TENSOR:
        return None


def _near(value: torch.Tensor, wanted: torch.Tensor, tolerance: float) -> bool:
    if value.shape != wanted.shape and not value.numel() == wanted.numel() == 1:
        return False
    return torch.allclose(value.reshape(wanted.shape), wanted, rtol=tolerance, atol=tolerance)


def _as_lists(value: Any) -> Any:
    """``value`` with lists in place of tuples; a number that is none equals another such.

    A tensor equals another one with the same numbers and no list.
    """
    if type(value) in (list, tuple):
        return [_as_lists(item) for item in value]
    if type(value) is dict:
        return {key: _as_lists(item) for key, item in value.items()}
    if torch.is_tensor(value):
        return (torch.Tensor, _as_lists(value.tolist()))
    if isinstance(value, float) and math.isnan(value):
        return NOT_A_NUMBER
    return value
