from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from traitlets.config import Config

from grader.copied import CopyCheck, find_pairs, fingerprints, tokens
from grader.errors import GraderError

RELEASED = [
    "import torch\nfrom torch import nn\n\n"
    "def train(net, data, epochs):\n    for epoch in range(epochs):\n"
    "        for X, y in data:\n            loss = criterion(net(X), y)\n"
    "            loss.backward()\n"
]
ANSWER = """
def update(net, loss, optimizer, data, labels):
    # comments do not count
    optimizer.zero_grad()
    guess = net(data.reshape(len(data), -1))
    value = loss(guess, labels.float()) / 2
    if value.item() > 10:
        raise ValueError("too large")
    value.backward()
    optimizer.step()
    return [value.item() * len(data) for _ in range(3)][0]
"""
RENAMED = """
def update(model, criterion, opt, x, t):
    '''Another docstring.'''
    opt.zero_grad()

    out = model(x.reshape(len(x),   -1))   # here
    l = criterion(out, t.float()) / 4
    if l.item() > 99:
        raise ValueError('much too ' 'large')
    l.backward()
    opt.step()
    return [l.item() * len(x) for k in range(7)][0]
"""
OTHER = """
def update(net, loss, optimizer, data, labels):
    with torch.enable_grad():
        total = loss(net(data), labels)
    assert not torch.isnan(total), f"nan at {total}"
    gradients = torch.autograd.grad(total, list(net.parameters()))
    while gradients and len(gradients) < 3:
        gradients = gradients + (None,)
    for parameter, gradient in zip(net.parameters(), gradients):
        parameter.data -= optimizer.lr * gradient
    return float(total)
"""


def pairs(answers: dict[str, str], **options: float) -> list[tuple[str, str]]:
    code = {student: [*RELEASED, answer] for student, answer in answers.items()}
    check = CopyCheck.from_config(Config(), **options)
    return [(pair.first, pair.second) for pair in find_pairs(code, RELEASED, check)]


def test_other_names_comments_and_spaces_hide_nothing() -> None:
    assert tokens(ANSWER) == tokens(RENAMED)
    assert tokens(ANSWER, plain=True) != tokens(RENAMED, plain=True)
    assert pairs({"ann": ANSWER, "bob": RENAMED, "cem": OTHER}) == [("ann", "bob")]


def test_names_as_they_are_tell_a_plain_copy_from_a_renamed_one() -> None:
    code = {"ann": [ANSWER], "bob": [RENAMED], "zoe": [ANSWER]}
    found = {(pair.first, pair.second): pair for pair in find_pairs(code, [], CopyCheck())}
    assert found["ann", "zoe"].same_words == 1
    assert found["ann", "bob"].alike == 1 and found["ann", "bob"].same_words < 0.5


def test_what_was_released_is_nobodys_copy() -> None:
    long = RELEASED[0] * 20
    code = {"ann": [long], "bob": [long]}
    assert find_pairs(code, [long], CopyCheck()) == []
    assert len(find_pairs(code, [], CopyCheck(least=5))) == 1


def test_what_most_of_the_class_writes_is_usual() -> None:
    answers = {f"student-{number}": ANSWER for number in range(9)}
    assert pairs({**answers, "x": OTHER, "y": OTHER}) == [("x", "y")]
    assert len(pairs({**answers, "x": OTHER}, usual=1)) == 9 * 8 / 2


def test_short_answers_tell_nothing() -> None:
    assert pairs({"ann": "x = 1", "bob": "x = 1"}) == []
    assert pairs({"ann": "", "bob": ""}) == []
    assert pairs({}) == []


def test_the_threshold_decides() -> None:
    half = ANSWER + OTHER.replace("update", "other")
    words = random.Random(1).choices("if else ( ) + - [ ] for in x 1 not *".split(), k=400)
    mixed = f"{ANSWER}\n{' '.join(words)}"
    assert pairs({"ann": half, "bob": mixed}) == []
    assert pairs({"ann": half, "bob": mixed}, threshold=0.2) == [("ann", "bob")]


@pytest.mark.parametrize(
    ("name", "value"),
    [("threshold", 0), ("threshold", 1.5), ("tokens", 2.5), ("window", 0), ("least", True)],
)
def test_settings_that_are_none(name: str, value: float) -> None:
    with pytest.raises(GraderError, match=f"CopyCheck.{name} must be"):
        CopyCheck.from_config(Config({"CopyCheck": {name: value}}))
    with pytest.raises(GraderError, match=r"CopyCheck.limit is no setting; .*threshold"):
        CopyCheck.from_config(Config({"CopyCheck": {"limit": 1}}))


@settings(max_examples=60)
@given(st.integers(0, 10**6))
def test_a_shared_run_of_the_promised_length_is_always_found(seed: int) -> None:
    check = CopyCheck()
    draw = random.Random(seed)
    words = ["if", "else", "(", ")", "+", "-", "[", "]", "for", "in", "x", "1", "not", "*"]
    shared = draw.choices(words, k=check.tokens + check.window - 1)
    sides = [
        " ".join([*draw.choices(words, k=30), *shared, *draw.choices(words, k=30)])
        for _ in range(2)
    ]
    assert fingerprints([sides[0]], check) & fingerprints([sides[1]], check)


@settings(max_examples=100)
@given(st.lists(st.text(max_size=200), max_size=4))
def test_any_text_is_looked_at(sources: list[str]) -> None:
    for pair in find_pairs({"a": sources, "b": sources}, [], CopyCheck(least=1)):
        assert pair.alike == 1
