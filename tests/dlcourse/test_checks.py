"""What a student is told, and what passes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from dlcourse.checks import Checks, both, check_seed, python_source, random_source, words

check = Checks(sums="preliminaries/linear-algebra: Sums | 합")


def message(*arguments: object, **options: object) -> str:
    with pytest.raises(AssertionError) as caught:
        check.close(*arguments, **options)  # type: ignore[arg-type]
    return str(caught.value)


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (2, 2.0),
        (torch.tensor([2.0]), 2),
        (torch.tensor(2.0, requires_grad=True), 2),
        ([1, 2], torch.tensor([1.0, 2.0])),
        ((1.0, 2.00005), [1, 2]),
        (torch.tensor([True, False]), [1, 0]),
        ([[1], [2]], torch.tensor([[1.0], [2.0]])),
    ],
)
def test_close_values_pass(got: object, expected: object) -> None:
    check.close("sum", got, expected, "sums")


@pytest.mark.parametrize(
    "got",
    [None, "1", [1.0], [1.0, 2.001], [[1.0, 2.0]], [1, float("nan")], object(), [1, 10**400]],
)
def test_other_values_fail(got: object) -> None:
    assert "sum: expected [1, 2], got " in message("sum", got, [1, 2], "sums")


@pytest.mark.parametrize(
    ("got", "shown"),
    [
        (torch.tensor([1 + 0j, 2]), "[1+0j, 2+0j]"),
        (torch.tensor([1 + 5j, 2]), "[1+5j, 2+0j]"),
        (np.array([1 + 5j, 2]), "array([1.+5.j, 2.+0.j])"),
        ([torch.tensor(1), np.complex64(2 + 5j)], "[tensor(1), "),
        ([1 + 0j, 2], "[(1+0j), 2]"),
    ],
)
def test_a_complex_number_is_no_number(got: object, shown: str) -> None:
    text = message("sum | 합", got, [1, 2], "sums")
    assert f"sum: expected [1, 2], got {shown}" in text
    assert f"합: 기대한 값 [1, 2], 나온 값 {shown}" in text


@pytest.mark.parametrize("got", [None, "", torch.zeros(0, dtype=torch.complex64)])
def test_what_is_no_number_is_no_empty_list_either(got: object) -> None:
    assert "expected [], got" in message("losses", got, [], "sums")
    check.close("losses", torch.zeros(0), [], "sums")


def test_a_number_too_long_for_an_integer_of_torch_is_one() -> None:
    check.close("sum", 2**70, 2.0**70, "sums")


def test_a_message_is_in_both_languages_and_points_to_the_book() -> None:
    text = message("the sum | 합계", 3, 2, "sums")
    assert text.splitlines() == [
        "",
        "the sum: expected 2, got 3.",
        "합계: 기대한 값 2, 나온 값 3.",
        "→ book/preliminaries/linear-algebra: Sums | 합",
    ]


def test_tolerance_is_what_is_given() -> None:
    check.close("sum", 1.05, 1, "sums", tolerance=0.1)
    assert "got 1.05" in message("sum", 1.05, 1, "sums", tolerance=0.01)


def test_a_section_that_does_not_exist_is_the_authors_mistake() -> None:
    with pytest.raises(KeyError, match="product"):
        check.close("sum", 1, 1, "product")


def test_equal_takes_tuples_for_lists_and_nothing_else() -> None:
    check.equal("pairs", [(1, 2), [3]], ([1, 2], (3,)), "sums")
    check.equal(
        "a bracket",
        {"loss": float("nan"), "at": (1,)},
        {"at": [1], "loss": float("nan")},
        "sums",
    )
    with pytest.raises(AssertionError, match=r"pairs: expected \[1, 2\], got \[2, 1\]"):
        check.equal("pairs", [2, 1], [1, 2], "sums")
    with pytest.raises(AssertionError, match="expected nan, got 'nan'"):
        check.equal("number", "nan", float("nan"), "sums")
    with pytest.raises(AssertionError, match=r"expected \[1, 2\], got \[tensor"):
        check.equal("pairs", [torch.tensor([1, 2])], [1, 2], "sums")
    check.equal("tensors", [torch.tensor([1, 2])], [torch.tensor([1, 2])], "sums")
    with pytest.raises(AssertionError, match="expected 1, got '1'"):
        check.equal("number", "1", 1, "sums")


def test_equal_trusts_no_equality_of_the_students() -> None:
    class Agreeable:
        def __eq__(self, other: object) -> str:
            return "yes"

    with pytest.raises(AssertionError):
        check.equal("number", Agreeable(), 1, "sums")


def test_shapes() -> None:
    check.shape("a batch", torch.zeros(2, 3), (2, 3), "sums")
    with pytest.raises(AssertionError, match=r"expected \(2, 3\), got \(3, 2\)"):
        check.shape("a batch", torch.zeros(3, 2), (2, 3), "sums")
    with pytest.raises(AssertionError, match=r"expected a tensor with shape .*, got None"):
        check.shape("a batch", None, (2, 3), "sums")


def test_weights_are_compared_one_by_one() -> None:
    net, other = nn.Linear(2, 1), nn.Linear(2, 1)
    check.weights("a net", net, net, "sums")
    check.weights("a net", net, [weight.detach() for weight in net.parameters()], "sums")
    with pytest.raises(AssertionError, match="a net, parameter 0: expected"):
        check.weights("a net", net, other, "sums")
    with pytest.raises(AssertionError, match="number of parameters: expected 1, got 2"):
        check.weights("a net", net, [net.weight], "sums")


def test_words_are_short() -> None:
    assert words(torch.arange(9.0)) == "[0, 1, 2, 3, 4, 5, ...] (shape (9,))"
    assert words(torch.tensor(0.123456789)) == "0.123457"
    assert words(1 / 3) == "0.333333"
    assert len(words("long" * 99)) < 130
    assert both("a | 가") == ("a", "가")
    assert both("loss(1)") == ("loss(1)", "loss(1)")


def test_inputs_follow_the_graders_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    def draws() -> tuple[float, float]:
        return torch.rand(1, generator=random_source(1)).item(), python_source(1).random()

    monkeypatch.delenv("GRADER_CHECK_SEED", raising=False)
    shown = draws()
    assert shown == draws()
    monkeypatch.setenv("GRADER_CHECK_SEED", "7")
    assert check_seed() == 7
    assert all(hidden != seen for hidden, seen in zip(draws(), shown, strict=True))
    assert torch.rand(1, generator=random_source(2)).item() != draws()[0]
