import random

import numpy as np
import pytest
import torch

from dlcourse import runtime


def test_the_profile_is_small_unless_told(monkeypatch):
    monkeypatch.delenv("DLCOURSE_PROFILE", raising=False)
    assert runtime.profile() == "small"
    assert runtime.by_profile(1, 2) == 1


def test_the_full_profile_picks_the_second_value(monkeypatch):
    monkeypatch.setenv("DLCOURSE_PROFILE", "full")
    assert runtime.by_profile(1, 2) == 2


def test_an_unknown_profile_is_named(monkeypatch):
    monkeypatch.setenv("DLCOURSE_PROFILE", "large")
    with pytest.raises(ValueError, match=r"DLCOURSE_PROFILE is 'large'.*'small' and 'full'"):
        runtime.profile()


def test_a_seed_fixes_every_source_of_randomness():
    def draw():
        sampler = runtime.set_seed(7)
        return (
            random.random(),
            np.random.rand(),
            torch.rand(()).item(),
            torch.rand((), generator=sampler).item(),
        )

    assert draw() == draw()
    first = draw()
    runtime.set_seed(8)
    assert torch.rand(()).item() != first[2]


@pytest.mark.parametrize(
    ("cuda", "mps", "expected"),
    [(True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")],
)
def test_the_fastest_device_is_chosen(monkeypatch, cuda, mps, expected):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert runtime.device().type == expected


@pytest.mark.parametrize(("value", "live"), [("1", True), ("0", False)])
def test_the_variable_decides_what_is_live(monkeypatch, value, live):
    monkeypatch.setenv("DLCOURSE_LIVE", value)
    assert runtime.is_live() is live


def test_outside_a_kernel_there_is_no_notebook():
    assert not runtime.in_notebook()
