"""One update of each net, and the fast path against the plain loop."""

import copy

import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from dlcourse import data, gan, nn
from tests.dlcourse import textbook


def nets(dtype=torch.float64, seed=0):
    torch.manual_seed(seed)
    return nn.linear_generator().to(dtype), nn.tanh_discriminator().to(dtype)


def batch(n=8, dtype=torch.float64):
    return data.gaussian_points(n).to(dtype), torch.randn(n, 2, dtype=dtype)


def snapshot(net):
    return [p.detach().clone() for p in net.parameters()]


def changed(net, before):
    return [not torch.equal(p, b) for p, b in zip(net.parameters(), before, strict=True)]


def test_the_discriminator_update_is_a_gradient_step_on_its_loss():
    generator, discriminator = nets()
    real, latent = batch()
    expected = copy.deepcopy(discriminator)
    loss = gan.discriminator_loss(expected(real), expected(generator(latent).detach()))
    loss.backward()
    before = snapshot(generator)
    optimizer = torch.optim.SGD(discriminator.parameters(), lr=0.1)
    value = gan.update_discriminator(real, latent, discriminator, generator, optimizer)
    assert value.shape == () and not value.requires_grad
    torch.testing.assert_close(value, loss.detach())
    for parameter, start in zip(discriminator.parameters(), expected.parameters(), strict=True):
        torch.testing.assert_close(parameter, start - 0.1 * start.grad)
    assert not any(changed(generator, before))
    assert all(p.grad is None for p in generator.parameters())


@pytest.mark.parametrize(
    "loss", [gan.nonsaturating_generator_loss, gan.saturating_generator_loss]
)
def test_the_generator_update_is_a_gradient_step_on_its_loss(loss):
    generator, discriminator = nets()
    _, latent = batch()
    expected = copy.deepcopy(generator)
    expected_loss = loss(discriminator(expected(latent)))
    expected_loss.backward()
    discriminator.zero_grad()
    before = snapshot(discriminator)
    optimizer = torch.optim.SGD(generator.parameters(), lr=0.1)
    value = gan.update_generator(latent, discriminator, generator, optimizer, loss)
    assert value.shape == () and not value.requires_grad
    torch.testing.assert_close(value, expected_loss.detach())
    for parameter, start in zip(generator.parameters(), expected.parameters(), strict=True):
        torch.testing.assert_close(parameter, start - 0.1 * start.grad)
    assert not any(changed(discriminator, before))
    assert all(p.grad is None for p in discriminator.parameters())


def test_more_generated_than_real_examples_are_averaged_apart():
    generator, discriminator = nets()
    real, _ = batch(4)
    latent = torch.randn(12, 2, dtype=torch.float64)
    expected = gan.discriminator_loss(discriminator(real), discriminator(generator(latent)))
    optimizer = torch.optim.SGD(discriminator.parameters(), lr=0.1)
    value = gan.update_discriminator(real, latent, discriminator, generator, optimizer)
    torch.testing.assert_close(value, expected.detach())


def test_batch_normalization_sees_real_and_generated_examples_apart():
    torch.manual_seed(0)
    discriminator = nn.dcgan_discriminator(4)
    real, fake = torch.randn(6, 3, 64, 64), torch.randn(6, 3, 64, 64) * 3 + 1
    apart = gan.discriminator_loss(discriminator(real), discriminator(fake)).item()
    logits = discriminator(torch.cat((real, fake)))
    together = gan.discriminator_loss(logits[:6], logits[6:]).item()
    assert abs(apart - together) > 1e-3  # it matters
    optimizer = torch.optim.SGD(discriminator.parameters(), lr=0.1)
    generator = torch.nn.Identity()
    value = gan.update_discriminator(real, fake, discriminator, generator, optimizer)
    assert value.item() == pytest.approx(apart, abs=1e-6)


def test_the_fast_path_gives_the_losses_of_the_plain_loop():
    """First ten steps in float64, step by step, from one seed (amendments, GAN fit)."""
    points = data.gaussian_points(80, generator=torch.Generator().manual_seed(3)).double()

    # The plain loop draws as `train` does: the order of the epoch, then its noise.
    sampler = torch.Generator().manual_seed(5)
    generator, discriminator = nets()
    order = torch.randperm(80, generator=sampler)
    latents = iter(torch.randn(80, 2, generator=sampler, dtype=torch.float64).split(8))
    plain = textbook.train_epoch(
        DataLoader(TensorDataset(points[order]), batch_size=8),
        lambda _: next(latents),
        generator,
        discriminator,
        torch.optim.Adam(generator.parameters(), lr=0.005, foreach=False, fused=False),
        torch.optim.Adam(discriminator.parameters(), lr=0.05, foreach=False, fused=False),
    )

    fast_generator, fast_discriminator = nets()
    fast = []

    def note(*scalars):
        fast.append(tuple(scalar.item() for scalar in scalars))
        return list(fast[-1])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dlcourse.gan.training.read_numbers", note)
        gan.train(
            fast_generator,
            fast_discriminator,
            points,
            num_epochs=1,
            batch_size=8,
            latent_dim=2,
            generator_optimizer=gan.adam(fast_generator, 0.005),
            discriminator_optimizer=gan.adam(fast_discriminator, 0.05),
            seed=5,
        )
    assert len(plain) == len(fast) == 10
    torch.testing.assert_close(torch.tensor(fast), torch.tensor(plain), rtol=0, atol=1e-5)
    for fast_net, plain_net in (
        (fast_generator, generator),
        (fast_discriminator, discriminator),
    ):
        torch.testing.assert_close(snapshot(fast_net), snapshot(plain_net), rtol=0, atol=1e-5)
    assert any(changed(generator, snapshot(nets()[0])))


@pytest.mark.parametrize(
    ("real", "latent", "message"),
    [
        ((8, 3), (8, 2), r"real: expected shape \(n, 2\).*got \(8, 3\)"),
        ((8, 2), (8, 5), r"latent: the generator expects shape \(n, 2\), got \(8, 5\)"),
        ((8,), (8, 2), r"real: expected shape \(n, 2\).*got \(8,\)"),
    ],
)
def test_shapes_that_do_not_fit_are_named(real, latent, message):
    generator, discriminator = nets(torch.float32)
    optimizer = torch.optim.SGD(discriminator.parameters(), lr=0.1)
    with pytest.raises(ValueError, match=message):
        gan.update_discriminator(
            torch.zeros(real), torch.zeros(latent), discriminator, generator, optimizer
        )


def test_a_discriminator_for_other_examples_is_named():
    generator, discriminator = nn.linear_generator(2, 3), nn.tanh_discriminator((2, 1))
    optimizer = torch.optim.SGD(generator.parameters(), lr=0.1)
    with pytest.raises(ValueError, match=r"fake: the discriminator expects shape \(n, 2\)"):
        gan.update_generator(torch.zeros(4, 2), discriminator, generator, optimizer)


def test_a_discriminator_without_one_logit_an_example_is_named():
    generator, discriminator = nn.linear_generator(), nn.tanh_discriminator((2, 3))
    optimizer = torch.optim.SGD(generator.parameters(), lr=0.1)
    message = r"logits of fake: expected shape \(4, 1\), one logit.*got \(4, 3\)"
    with pytest.raises(ValueError, match=message):
        gan.update_generator(torch.zeros(4, 2), discriminator, generator, optimizer)


def test_an_image_generator_names_the_latent_shape_it_takes():
    generator, discriminator = nn.dcgan_generator(10, 4), nn.dcgan_discriminator(4)
    optimizer = torch.optim.SGD(generator.parameters(), lr=0.1)
    with pytest.raises(ValueError, match=r"latent: the generator expects shape \(n, 10\)"):
        gan.update_generator(torch.zeros(4, 7), discriminator, generator, optimizer)


def test_a_fault_inside_a_net_keeps_its_own_message():
    class Broken(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(2, 2)

        def forward(self, latent):
            raise RuntimeError("a fault of its own")

    optimizer = torch.optim.SGD(nn.linear_generator().parameters(), lr=0.1)
    with pytest.raises(RuntimeError, match="a fault of its own"):
        gan.update_generator(torch.zeros(4, 2), nn.tanh_discriminator(), Broken(), optimizer)
