"""Plain descriptions of nets, optimizers and generators, and stand-ins built from them.

The checker describes, the student's side builds; never the other way round. Classes and
functions of torch, dlcourse and a few others go by their qualified names.
"""

from __future__ import annotations

import importlib
import random
import sys
from typing import Any

from . import shared
from .frames import CannotSendError
from .protocol import LIST, Encoder, numpy_module, torch_module

ROOTS = ("torch", "dlcourse", "numpy", "math", "operator", "statistics", "builtins", "scipy")
PLACES = ("torch", "torch.nn.functional", "torch.linalg", "torch.special", "numpy", "math")
MAIN = "__main__"


def qualified(value: Any) -> tuple[str, str] | None:
    """Module and name under which everybody finds this function or class, if there is one."""
    module, name = getattr(value, "__module__", None), str(getattr(value, "__qualname__", ""))
    if isinstance(module, str) and module.split(".")[0] in ROOTS and _at(module, name) is value:
        return module, name
    short = str(getattr(value, "__name__", ""))
    for place in PLACES:
        if _at(place, short) is value:
            return place, short
    return None


def _at(module: str, name: str) -> Any:
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def find(module: str, name: str, namespace: dict[str, Any]) -> Any:
    """What a qualified name stands for; names of the notebook are looked up in `namespace`."""
    if module == MAIN:
        return namespace[name]
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found


def class_name(value: Any) -> list[str]:
    """Module and name of an object's class, for the other side to find it."""
    kind = type(value)
    if kind.__module__ == MAIN or kind.__module__.split(".")[0] in ROOTS:
        return [kind.__module__, kind.__qualname__]
    raise CannotSendError(f"a {kind.__module__}.{kind.__qualname__} cannot be described")


def describe(kind: int, value: Any, encoder: Encoder, depth: int) -> Any:
    """A description of an object just shared, in wire form.

    Raises:
        CannotSendError: if it has parts that cannot be described.
    """
    if kind == shared.TENSOR:
        parameter = isinstance(value, torch_module().nn.Parameter)
        return [LIST, parameter, shared.state(kind, value, encoder)]
    if kind == shared.MODULE:
        return _describe_net(value, encoder, depth)
    if kind == shared.OPTIMIZER:
        groups = [group["params"] for group in value.param_groups]
        told = [class_name(value), groups]
        return [LIST, encoder.encode(told, depth), shared.state(kind, value, encoder)]
    if kind == shared.NUMPY_GENERATOR:
        name = type(value.bit_generator).__name__
        return [LIST, name, shared.state(kind, value, encoder)]
    return shared.state(kind, value, encoder)


def _describe_net(net: Any, encoder: Encoder, depth: int) -> Any:
    inherited = vars(torch_module().nn.Module())
    attributes = {name: kept for name, kept in vars(net).items() if name not in inherited}
    if vars(net).keys() & {"forward", "__call__"} or net._backward_hooks:
        raise CannotSendError("a net with methods of its own cannot be described")
    told = [
        class_name(net),
        attributes,
        list(net._parameters.items()),
        list(net._buffers.items()),
        list(net._modules.items()),
        sorted(net._non_persistent_buffers_set),
        bool(net.training),
        [*net._forward_pre_hooks.values()],
        [*net._forward_hooks.values()],
    ]
    return encoder.encode(told, depth)


def members(net: Any, registry: shared.Registry) -> tuple[dict[str, int], ...]:
    """The numbers of a shared net's parameters and buffers, by name."""
    return tuple(
        {name: key for name, kept in group.items() if (key := registry.key(kept)) is not None}
        for group in (net._parameters, net._buffers)
    )


def build(kind: int, told: Any, namespace: dict[str, Any]) -> Any:
    """A stand-in from a decoded description."""
    if kind == shared.TENSOR:
        return _build_tensor(*told)
    if kind == shared.MODULE:
        return _build_net(told, namespace)
    if kind == shared.OPTIMIZER:
        return _build_optimizer(told, namespace)
    if kind == shared.ARRAY:
        return told
    if kind == shared.GENERATOR:
        made: Any = torch_module().Generator()
    elif kind == shared.RANDOM:
        made = random.Random()
    else:
        numpy_random: Any = numpy_module().random
        made = numpy_random.Generator(getattr(numpy_random, told[0])())
        told = told[1]
    shared.APPLY[kind](made, told)
    return made


def _build_tensor(parameter: bool, told: Any) -> Any:
    trainable, value, grad = told
    if parameter:
        value = torch_module().nn.Parameter(value, requires_grad=trainable)
    elif trainable:
        value.requires_grad_()
    value.grad = grad
    return value


def _build_net(told: Any, namespace: dict[str, Any]) -> Any:
    (module, name), attributes, weights, buffers, children, temporary, training, *hooks = told
    kind = find(module, name, namespace)
    net = kind.__new__(kind)
    torch_module().nn.Module.__init__(net)
    net.__dict__.update(attributes)
    net._parameters.update(weights)
    net._buffers.update(buffers)
    net._modules.update(children)
    net._non_persistent_buffers_set.update(temporary)
    net.training = training
    for hook in hooks[0]:
        net.register_forward_pre_hook(hook)
    for hook in hooks[1]:
        net.register_forward_hook(hook)
    return net


def _build_optimizer(told: Any, namespace: dict[str, Any]) -> Any:
    ((module, name), groups), state = told
    kind = find(module, name, namespace)
    made = kind(
        [
            {"params": group, **options}
            for group, (options, _) in zip(groups, state, strict=True)
        ]
    )
    shared.APPLY[shared.OPTIMIZER](made, state)
    return made
