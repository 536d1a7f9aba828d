"""What student and checker do through the channel, and that no answer can cheat."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from grader.isolated import protocol, shared
from grader.isolated.frames import ChannelError
from grader.isolated.names import bound_names
from grader.isolated.protocol import Decoder
from grader.isolated.proxies import RemoteObject, StudentError, revive
from tests.problem_sets.channel import LocalChecker, student

IMPORTS = "import torch\nfrom torch import nn\nimport numpy as np\n"
STUDENT = """
import torch
from torch import nn

count = 0
table = {"a": [1, (2, 3)]}
weights = torch.ones(3, requires_grad=True)

class Counter:
    def __init__(self, start): self.value = start
    def add(self, step=1): self.value += step; return self
    def __len__(self): return self.value
    def __getitem__(self, key): return key * self.value
    def __eq__(self, other): return True
    __hash__ = None

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 1)
        self.rest = nn.Sequential(nn.ReLU(), nn.Dropout(0.5))
    def forward(self, x): return self.rest(self.layer(x))

def make_net(): return Net()
def square(x): return x * x
def double_in_place(x): x *= 2; return x
def call(f, *args): return f(*args)
def fail(): raise KeyError("no such key")
def end(x): raise StopIteration
def count_up():
    for i in range(3): yield i
def step(net, optimizer, x):
    optimizer.zero_grad(); loss = net(x).pow(2).mean(); loss.backward(); optimizer.step()
    return loss
def loss_of(net, x): return net(x).pow(2).mean()
def draw(generator, n): return torch.rand(n, generator=generator)
def draw_any(n): return torch.rand(n)
def freeze(net):
    net.eval()
    for weight in net.parameters(): weight.requires_grad_(False)
def same(x, y): return x is y
def new_weight(net): net.weight = nn.Parameter(torch.full((1, 2), 7.0))
def look(o): return [o.size, o[1], list(o), o.grow(2)]
def pry(o): return o.__dict__
def pry_function(f): return f.__globals__
def gradient(f, x):
    x = x.clone().requires_grad_()
    return torch.autograd.grad(f(x), x)[0]
"""


@contextmanager
def checker(more: str = "", tests: int = 1) -> Iterator[LocalChecker]:
    """A checker of the student above, who defines `more` too and serves so many tests."""
    source = STUDENT + more
    with student([(source, True), *[("", True)] * (tests - 1)]) as connection:
        yield LocalChecker(connection, bound_names(source), seed=1)


def check(source: str, points: float = 1.0, more: str = "") -> list[Any]:
    """Run a test cell against the student above."""
    with checker(more) as made:
        return made.test("cell", IMPORTS + source, points)


def passes(source: str) -> None:
    assert check(source) == ["points", 1.0, ""]


def test_variables_come_by_value_and_objects_as_proxies() -> None:
    passes(
        "assert count == 0 and type(count) is int\n"
        "assert table == {'a': [1, (2, 3)]}\n"
        "assert weights.requires_grad and weights.tolist() == [1, 1, 1]\n"
        "one = Counter(3)\n"
        "assert one.add(step=4) is one and one.value == 7 and len(one) == 7 and one[2] == 14\n"
        "assert list(count_up()) == [0, 1, 2]"
    )


def test_an_objects_own_comparison_is_never_asked() -> None:
    assert check("assert Counter(1) == 5")[0] == "failed"
    assert check("assert Counter(1)")[0] == "failed"
    assert check("Counter(1)")[0] == "failed"


def test_exceptions_of_python_keep_their_class() -> None:
    passes("try:\n    fail()\nexcept KeyError:\n    pass\nelse:\n    raise AssertionError")


def test_tensors_changed_in_place_are_read_back() -> None:
    passes(
        "x, a = torch.ones(2), np.ones(2)\n"
        "assert double_in_place(x) is x and x.tolist() == [2, 2]\n"
        "double_in_place(a)\nassert a.tolist() == [2, 2]"
    )


def test_the_same_object_twice_is_the_same_object_there() -> None:
    passes(
        "x, net = torch.ones(2), nn.Linear(1, 1)\n"
        "assert same(x, x) and same(net, net) and not same(x, x.clone())"
    )


def test_a_net_is_trained_there_and_read_back_here() -> None:
    passes(
        "import copy\n"
        "net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Tanh(), nn.Linear(3, 1))\n"
        "twin = copy.deepcopy(net)\n"
        "makers = [lambda w: torch.optim.Adam(w, lr=0.1),\n"
        "          lambda w: torch.optim.SGD(w, lr=0.1, momentum=0.9)]\n"
        "for make in makers:\n"
        "    mine, other = make(net.parameters()), make(twin.parameters())\n"
        "    for _ in range(3):\n"
        "        x = torch.randn(4, 2)\n"
        "        got = step(net, mine, x)\n"
        "        other.zero_grad(); wanted = twin(x).pow(2).mean(); wanted.backward()\n"
        "        other.step()\n"
        "        assert torch.allclose(got, wanted) and got.requires_grad\n"
        "for one, two in zip(net.state_dict().values(), twin.state_dict().values()):\n"
        "    assert torch.allclose(one, two)\n"
        "for one, two in zip(net.parameters(), twin.parameters()):\n"
        "    assert torch.allclose(one.grad, two.grad)"
    )


def test_flags_and_exchanged_weights_are_read_back() -> None:
    passes(
        "net = nn.Linear(2, 1)\nfreeze(net)\n"
        "assert not net.training and not net.weight.requires_grad\n"
        "new_weight(net)\nassert net.weight.tolist() == [[7, 7]]"
    )


def test_gradients_flow_through_what_the_student_computes() -> None:
    passes(
        "x = torch.tensor([1., 2.], requires_grad=True)\n"
        "y = 3 * x\n(square(y).sum() + square(x).sum()).backward()\n"
        "assert x.grad.tolist() == [20, 40]\n"
        "net = nn.Linear(2, 1)\nz = torch.ones(4, 2)\n"
        "wanted = torch.autograd.grad(net(z).pow(2).mean(), list(net.parameters()))\n"
        "loss_of(net, z).backward()\n"
        "for weight, slope in zip(net.parameters(), wanted):\n"
        "    assert torch.allclose(weight.grad, slope)"
    )


def test_callbacks_nest_and_can_be_differentiated() -> None:
    passes(
        "assert call(lambda x: call(lambda y: y + 1, x) * 2, 3) == 8\n"
        "x = torch.tensor([1., 2.])\n"
        "assert gradient(lambda x: (x ** 3).sum(), x).tolist() == [3, 12]\n"
        "def wrong(): raise ValueError('mine')\n"
        "try:\n    call(wrong)\nexcept ValueError as error:\n    assert str(error) == 'mine'\n"
        "else:\n    raise AssertionError\n"
        "assert call(torch.sum, torch.ones(3)).item() == 3"
    )


def test_a_net_of_the_students_is_called_like_any_net() -> None:
    passes(
        "net = make_net()\nassert isinstance(net, nn.Module)\n"
        "assert [tuple(w.shape) for w in net.parameters()] == [(1, 2), (1,)]\n"
        "assert isinstance(net.layer, nn.Linear) and isinstance(net.rest[0], nn.ReLU)\n"
        "net.eval()\nassert net.training is False\n"
        "state = {name: torch.ones_like(value) for name, value in net.state_dict().items()}\n"
        "net.load_state_dict(state)\n"
        "out = net(torch.ones(2, 2))\nassert out.tolist() == [[3], [3]]\n"
        "out.sum().backward()\nassert net.layer.bias.grad.item() == 2"
    )


def test_generators_go_and_come_back_with_their_state() -> None:
    passes(
        "mine, other = torch.Generator().manual_seed(3), torch.Generator().manual_seed(3)\n"
        "for _ in range(2):\n"
        "    assert torch.equal(draw(mine, 4), torch.rand(4, generator=other))\n"
        "torch.manual_seed(5)\na = draw_any(3)\ntorch.manual_seed(6)\nb = draw_any(3)\n"
        "torch.manual_seed(5)\nassert torch.equal(draw_any(3), a) and not torch.equal(a, b)"
    )


def test_objects_of_a_tests_own_classes_show_their_public_names_alone() -> None:
    made = (
        "class Thing:\n    size = 3\n    def __getitem__(self, i):\n"
        "        if i > 2: raise IndexError\n        return i * 10\n"
        "    def grow(self, by): return self.size + by\n"
    )
    passes(made + "assert look(Thing()) == [3, 10, [0, 10, 20], 5]")
    assert check(made + "pry(Thing())")[0] == "failed"
    found = check("secret = 5\ndef own(): return secret\nresult = pry_function(own)\n"
                  "assert 'secret' not in list(result.keys())")  # fmt: skip
    assert found == ["points", 1.0, ""]  # what was seen is the stand-in's, not the test's


@pytest.mark.parametrize(
    ("last", "points", "earned"),
    [
        ("2", 4.0, ["points", 2.0, ""]),
        ("np.float64(0.5)", 1.0, ["points", 0.5, ""]),
        ("None", 3.0, ["points", 3.0, ""]),
        ("x = 1", 3.0, ["points", 3.0, ""]),
        ("5;", 3.0, ["points", 3.0, ""]),
    ],
)
def test_what_a_cell_ends_with_is_what_it_earns(
    last: str, points: float, earned: list[Any]
) -> None:
    assert check(last, points) == earned


@pytest.mark.parametrize(
    "last", ["float('nan')", "float('inf')", "-1", "2", "True", "'1'", "[1]", "square"]
)
def test_what_is_no_number_of_points_earns_nothing(last: str) -> None:
    assert check(last)[0] == "failed"


def test_a_known_exception_is_revived_and_any_other_named() -> None:
    assert type(revive("builtins", "ValueError", "x")) is ValueError
    for name in ("SystemExit", "KeyboardInterrupt", "int", "eval", "UnicodeDecodeError"):
        assert type(revive("builtins", name, "x")) is StudentError
    assert type(revive("os", "ValueError", "x")) is StudentError
    assert type(revive(3, ["x"], None)) is StudentError


def test_the_end_of_an_iterator_does_not_end_a_loop_of_the_checkers() -> None:
    found = check("assert all(x == 2 for x in map(end, [1, 2]))")
    assert found[:2] == ["failed", "StudentError"]
    lent = "def ask(x): return next(iter([]))\n"
    found = check(lent + "assert all(x == 2 for x in map(call, [ask], [1]))")
    assert found[:2] == ["failed", "RuntimeError"]


@pytest.mark.parametrize("byte", [2, 128, 255])
def test_what_is_true_is_one_and_nothing_else(byte: int) -> None:
    for form in ([protocol.TENSOR, "bool", [3], 0], [protocol.ARRAY, "|b1", [3], 0]):
        found = Decoder([bytes([byte, 0, 1])]).decode(form)
        assert bytes(memoryview(np.asarray(found))) == b"\1\0\1"


@pytest.mark.parametrize(
    ("options", "size"), [({"fused": True}, 1), ({"foreach": True}, 4), ({}, 1)]
)
def test_an_optimizers_own_code_is_never_led_beyond_its_memory(
    options: dict[str, bool], size: int
) -> None:
    weight = nn.Parameter(torch.zeros(4))
    optimizer = torch.optim.Adam([weight], fused=not options)
    kept = {name: torch.zeros(size) for name in ("exp_avg", "exp_avg_sq")}
    told = [[options, [{"step": torch.tensor(1.0)} | kept]]]
    registry = shared.Registry()
    registry.add(optimizer, shared.OPTIMIZER, 1)
    with pytest.raises(ChannelError, match="does not fit"):
        registry.apply(1, told)


def test_a_student_who_hangs_up_fails_the_cell_and_those_after_it() -> None:
    with student([("def f():\n    import os\n    os._exit(0)", True)]) as connection:
        made = LocalChecker(connection, ["f"], seed=1)
        with pytest.raises(ChannelError):
            made.test("cell", "try:\n    f()\nexcept Exception:\n    pass", 1.0)


def test_proxies_say_what_they_are() -> None:
    proxy = RemoteObject(None, 1, None, "Thing")
    assert repr(proxy) == "<the student's Thing>"
    assert proxy == proxy and proxy != RemoteObject(None, 1, None, "Thing")
    with pytest.raises(TypeError, match="compare its values"):
        bool(proxy)
    with pytest.raises(AttributeError):
        _ = proxy.__array__


LOCKED = """
try:
    add_all
except NameError:
    found.append("no name")
try:
    kept([1, 2])
except RuntimeError as error:
    found.append(str(error))
"""


def test_a_locked_cell_finds_no_name_and_no_answer_of_the_students() -> None:
    with checker("\ndef add_all(x): return sum(x)", tests=2) as made:
        assert made.prepare("first", "found = []") == ["done", None, ""]
        keep = "kept = add_all\nassert kept([1, 2]) == 3"
        assert made.test("one", keep, 1.0) == ["points", 1.0, ""]
        assert made.prepare("locked", LOCKED) == ["done", None, ""]
        asked = "assert found == ['no name', found[1]] and 'test cells alone' in found[1]"
        assert made.test("two", asked + "\nassert add_all([3]) == 3", 1.0)[0] == "points"
