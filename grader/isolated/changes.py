"""Take over what the other side says has changed in a shared object, whatever it says.

Some of that is read by native code which trusts it: how far a generator has come in its table
of numbers, what an optimizer keeps beside its weights, how large a net's weights are. All of it
is looked at before it is put in place; what does not fit raises some exception.
"""

from __future__ import annotations

import struct
from typing import Any

from .protocol import torch_module

STEPPERS = ("fused", "foreach", "capturable", "differentiable")
"""Options that choose the code an optimizer steps with; some of it trusts sizes unseen."""
WORDS = 624
"""In the table of a Mersenne Twister."""
TWISTER = struct.Struct("=QiiQ")
"""How torch's state of a CPU generator begins: seed, numbers left, whether seeded, place of the
next; the table and what is kept of normal draws follow (ATen/CPUGeneratorImpl.cpp)."""
KEPT_DRAW = 5052
"""Where torch's state says whether it keeps a draw, with a byte that must be 0 or 1."""
BIT_GENERATORS = ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64")
PHILOX_BUFFER = 4


def tensor(value: Any, told: Any, fixed: bool) -> None:
    """Values, gradient and whether it is trained; a `fixed` tensor keeps its shape."""
    trainable, new, grad = told
    if new.dtype != value.dtype or type(trainable) is not bool:
        raise TypeError
    if new.shape == value.shape:
        value.data.copy_(new)
    elif fixed:
        raise ValueError
    else:
        value.data = new
    if value.is_leaf:
        if value.requires_grad != trainable:
            value.requires_grad_(trainable)
        value.grad = grad


def array(value: Any, told: Any) -> None:
    """All values."""
    if told.dtype != value.dtype or told.shape != value.shape:
        raise TypeError
    value[...] = told


def module(value: Any, told: Any) -> None:
    """Whether a net is in training mode."""
    if type(told) is not bool:
        raise TypeError
    value.training = told


def optimizer(value: Any, told: Any) -> None:
    """Options of each group, and what is kept for each weight."""
    for group, (options, kept) in zip(value.param_groups, told, strict=True):
        for name, option in options.items():
            if type(name) is not str or (name in STEPPERS and option is not group.get(name)):
                raise TypeError
            if name != "params":
                group[name] = option
        for weight, state_of_one in zip(group["params"], kept, strict=True):
            if group.get("fused") and not fits(weight, state_of_one):
                raise TypeError
            value.state[weight] = dict(state_of_one)


def fits(weight: Any, kept: dict[str, Any]) -> bool:
    """Whether an optimizer may go through what is kept for a weight without looking."""
    torch = torch_module()
    for name, one in kept.items():
        if not isinstance(one, torch.Tensor):
            continue
        whole = one.shape == weight.shape and one.dtype == weight.dtype
        if not (one.numel() == 1 and one.dtype == torch.float32 if name == "step" else whole):
            return False
    return True


def generator(value: Any, told: Any) -> None:
    """Where one of torch's generators is, on the CPU."""
    if value.device.type != "cpu" or told.dtype != torch_module().uint8:
        raise TypeError
    raw = bytes(told.numpy())
    _, left, seeded, place = TWISTER.unpack_from(raw)
    # It draws from its place on until none are left, and looks at nothing else.
    if len(raw) != value.get_state().numel() or seeded != 1 or raw[KEPT_DRAW] > 1:
        raise ValueError
    if not (1 <= left <= WORDS and left + place <= WORDS + 1):
        raise ValueError
    value.set_state(told)


def numpy_generator(value: Any, told: Any) -> None:
    """Where one of numpy's generators is."""
    name = type(value.bit_generator).__name__
    if type(told) is not dict or told["bit_generator"] != name or name not in BIT_GENERATORS:
        raise TypeError
    if name == "MT19937":
        _check_whole(told["state"]["pos"], WORDS)
    if name == "Philox":
        _check_whole(told["buffer_pos"], PHILOX_BUFFER)
    value.bit_generator.state = told


def python_random(value: Any, told: Any) -> None:
    """Where one of Python's generators is."""
    version, words, draw = told
    if version != value.VERSION or len(words) != WORDS + 1:
        raise ValueError
    if not (draw is None or type(draw) is float):
        raise TypeError
    _check_whole(words[-1], WORDS)
    value.setstate(told)


def _check_whole(number: Any, most: int) -> None:
    if type(number) is not int or not 0 <= number <= most:
        raise ValueError
