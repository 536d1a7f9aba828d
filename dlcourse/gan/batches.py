"""Minibatches of examples with their latent variables, from a tensor or a loader."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import torch

Transform = Callable[[torch.Tensor], torch.Tensor]


class Batches:
    """Pairs of a minibatch of examples and one of latent variables, epoch after epoch.

    A tensor is moved to the device once, and its epochs are shuffled there, which spares
    what a DataLoader costs for each example. The draws are made on the CPU, so that a
    seed gives the same order and the same latent variables on every device.

    Args:
        data: examples ``(num_examples, ...)``, or an iterable of minibatches; one that
            gives tuples, like a DataLoader over images and labels, counts by its first
            entry.
        batch_size: the size of a minibatch for a tensor; None for an iterable.
        latent_dim: the latent variables have shape ``(n, latent_dim)``.
        device: where both are wanted.
        dtype: the floating-point type of the latent variables.
        sampler: the source of randomness, torch's default if None.
        fakes_per_real: how many latent variables come with each real example.
        transform: applied to each minibatch, on the device.

    Raises:
        ValueError: the data is empty, or ``batch_size`` is missing, below 1 or too much.
    """

    def __init__(
        self,
        data: torch.Tensor | Iterable[object],
        *,
        batch_size: int | None,
        latent_dim: int,
        device: torch.device,
        dtype: torch.dtype = torch.float32,
        sampler: torch.Generator | None = None,
        fakes_per_real: int = 1,
        transform: Transform | None = None,
    ) -> None:
        if latent_dim < 1:
            raise ValueError(f"latent_dim must be at least 1, got {latent_dim}")
        if fakes_per_real < 1:
            raise ValueError(f"fakes_per_real must be at least 1, got {fakes_per_real}")
        if isinstance(data, torch.Tensor):
            _check_tensor(data, batch_size)
            data = data.to(device)
        elif batch_size is not None:
            raise ValueError(
                "batch_size: a loader makes its own minibatches; leave batch_size out, "
                "or give the data as one tensor"
            )
        self.data, self.batch_size, self.latent_dim = data, batch_size, latent_dim
        self.device, self.dtype, self.sampler = device, dtype, sampler
        self.transform, self.fakes_per_real = transform, fakes_per_real

    def __len__(self) -> int:
        """Return the number of minibatches in an epoch.

        Raises:
            ValueError: a loader that does not know its length.
        """
        if isinstance(self.data, torch.Tensor):
            return -(-len(self.data) // (self.batch_size or 1))
        try:
            return len(self.data)  # type: ignore[arg-type]
        except TypeError:
            raise ValueError(
                "data: a learning rate that follows the progress needs a loader with a "
                "length (len(loader))"
            ) from None

    def epoch(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Give the minibatches of one epoch.

        Raises:
            ValueError: the loader gives nothing.
        """
        pairs = self._from_tensor() if isinstance(self.data, torch.Tensor) else self._loaded()
        for real, latent in pairs:
            yield (real if self.transform is None else self.transform(real)), latent

    def _from_tensor(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        assert isinstance(self.data, torch.Tensor) and self.batch_size is not None
        order = torch.randperm(len(self.data), generator=self.sampler).to(self.device)
        latent = self._latent(len(self.data))
        yield from zip(
            self.data[order].split(self.batch_size),
            latent.split(self.batch_size * self.fakes_per_real),
            strict=True,
        )

    def _loaded(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        empty = True
        for batch in self.data:
            examples = batch[0] if isinstance(batch, tuple | list) else batch
            if not isinstance(examples, torch.Tensor):
                raise ValueError(
                    "data: expected tensors or tuples that begin with one, "
                    f"got {type(examples).__name__}"
                )
            if len(examples) == 0:
                continue
            empty = False
            yield examples.to(self.device), self._latent(len(examples))
        if empty:
            raise ValueError("data: the loader gave no examples; it is empty or used up")

    def _latent(self, count: int) -> torch.Tensor:
        shape = (count * self.fakes_per_real, self.latent_dim)
        return torch.randn(shape, generator=self.sampler, dtype=self.dtype).to(self.device)


def _check_tensor(data: torch.Tensor, batch_size: int | None) -> None:
    if data.dim() < 2 or len(data) == 0:
        raise ValueError(
            f"data: expected shape (num_examples, ...), not empty, got {tuple(data.shape)}"
        )
    if batch_size is None or not 1 <= batch_size <= len(data):
        raise ValueError(
            f"batch_size: expected 1 to {len(data)}, the number of examples, got {batch_size}"
        )
