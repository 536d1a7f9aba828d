"""Gradients across the channel: tensors whose graph is on the other side."""

from __future__ import annotations

from functools import cache
from typing import Any

from .frames import ChannelError
from .protocol import torch_module


def leaves(output: Any) -> list[Any]:
    """The leaves of a tensor's graph that collect gradients."""
    found, seen, left = [], set(), [output.grad_fn]
    while left:
        node = left.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if hasattr(node, "variable"):
            found.append(node.variable)
        left += [step for step, _ in node.next_functions]
    return found


@cache
def linked() -> Any:
    """The function that gives a tensor from the other side the graph it has there."""
    torch = torch_module()

    class Linked(torch.autograd.Function):  # type: ignore[name-defined]
        """A tensor whose graph is on the other side."""

        @staticmethod
        def forward(ctx: Any, value: Any, peer: Any, ask: list[Any], *inputs: Any) -> Any:
            ctx.peer, ctx.ask, ctx.shapes = peer, ask, [one.shape for one in inputs[1:]]
            return value.clone()

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            found = ctx.peer.request("products", *ctx.ask, grad.detach())
            if not isinstance(found, list) or len(found) != len(ctx.shapes):
                raise ChannelError("gradients that make no sense")
            for slope, shape in zip(found, ctx.shapes, strict=True):
                if slope is not None and getattr(slope, "shape", None) != shape:
                    raise ChannelError("a gradient of another shape")
            return (None, None, None, None, *found)

    return Linked
