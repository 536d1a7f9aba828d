import math

import pytest
import torch
from torch.nn.functional import binary_cross_entropy

from dlcourse import gan
from dlcourse.gan.losses import joined_discriminator_loss

GENERATOR_LOSSES = [gan.saturating_generator_loss, gan.nonsaturating_generator_loss]


def logits(*values):
    return torch.tensor(values, dtype=torch.float64).view(-1, 1)


def test_a_discriminator_that_cannot_tell_gives_ln_2():
    zero = logits(0.0, 0.0)
    assert gan.discriminator_loss(zero, zero).item() == pytest.approx(math.log(2))
    assert gan.nonsaturating_generator_loss(zero).item() == pytest.approx(math.log(2))
    assert gan.saturating_generator_loss(zero).item() == pytest.approx(-math.log(2))


def test_the_losses_are_the_formulas_of_the_chapter():
    real, fake = logits(0.3, -1.2, 2.0), logits(-0.7, 0.4)
    d_real, d_fake = torch.sigmoid(real), torch.sigmoid(fake)
    expected = -(d_real.log().mean() + (1 - d_fake).log().mean()) / 2
    torch.testing.assert_close(gan.discriminator_loss(real, fake), expected)
    torch.testing.assert_close(gan.saturating_generator_loss(fake), (1 - d_fake).log().mean())
    torch.testing.assert_close(gan.nonsaturating_generator_loss(fake), -d_fake.log().mean())


def test_label_smoothing_moves_the_real_target_only():
    real, fake = logits(0.3, -1.2), logits(-0.7, 0.4)
    expected = (
        binary_cross_entropy(torch.sigmoid(real), torch.full_like(real, 0.9))
        + binary_cross_entropy(torch.sigmoid(fake), torch.zeros_like(fake))
    ) / 2
    torch.testing.assert_close(gan.discriminator_loss(real, fake, real_target=0.9), expected)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_losses_are_exact_at_logits_of_a_hundred(dtype, sign):
    fake = torch.full((1, 1), 100.0 * sign, dtype=dtype, requires_grad=True)
    real = torch.full((1, 1), -100.0 * sign, dtype=dtype, requires_grad=True)
    wrong = sign > 0  # the discriminator takes the generated example for real
    loss = gan.discriminator_loss(real, fake)
    loss.backward()
    assert loss.item() == pytest.approx(100.0 if wrong else 0.0, abs=1e-6)
    assert fake.grad.item() == pytest.approx(0.5 if wrong else 0.0, abs=1e-6)
    assert real.grad.item() == pytest.approx(-0.5 if wrong else 0.0, abs=1e-6)
    # Rejected for sure: the saturating loss has no gradient left, the other its full one.
    for loss_of, value, slope in (
        (gan.saturating_generator_loss, -100.0 if wrong else 0.0, -1.0 if wrong else 0.0),
        (gan.nonsaturating_generator_loss, 0.0 if wrong else 100.0, 0.0 if wrong else -1.0),
    ):
        fake.grad = None
        loss = loss_of(fake)
        loss.backward()
        assert loss.item() == pytest.approx(value, abs=1e-6)
        assert fake.grad.item() == pytest.approx(slope, abs=1e-6)


def test_gradients_agree_with_finite_differences():
    real = torch.randn(4, 1, dtype=torch.float64, requires_grad=True)
    fake = torch.randn(3, 1, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(gan.discriminator_loss, (real, fake))
    smoothed = lambda r, f: gan.discriminator_loss(r, f, real_target=0.9)  # noqa: E731
    assert torch.autograd.gradcheck(smoothed, (real, fake))
    for loss in GENERATOR_LOSSES:
        assert torch.autograd.gradcheck(loss, (fake,))


def test_the_generator_losses_have_the_gradients_the_chapter_plots():
    fake = torch.linspace(-6, 6, 25, dtype=torch.float64).view(-1, 1).requires_grad_()
    d = torch.sigmoid(fake.detach())
    for loss, expected in zip(GENERATOR_LOSSES, (-d, d - 1), strict=True):
        (gradient,) = torch.autograd.grad(loss(fake) * len(fake), fake)
        torch.testing.assert_close(gradient, expected)


@pytest.mark.parametrize("loss", GENERATOR_LOSSES)
def test_empty_logits_are_named(loss):
    with pytest.raises(ValueError, match=r"fake_logits: expected at least one.*\(0, 1\)"):
        loss(torch.zeros(0, 1))


def test_the_discriminator_loss_names_the_bad_tensor():
    good = logits(0.0)
    with pytest.raises(ValueError, match=r"real_logits: expected at least one"):
        gan.discriminator_loss(torch.zeros(0, 1), good)
    with pytest.raises(ValueError, match=r"fake_logits: expected floating-point.*int64"):
        gan.discriminator_loss(good, torch.zeros(1, 1, dtype=torch.int64))


@pytest.mark.parametrize("target", [0.0, 1.1, -0.5])
def test_a_target_that_is_no_probability_is_refused(target):
    with pytest.raises(ValueError, match=f"real_target must be in .0, 1., got {target}"):
        gan.discriminator_loss(logits(0.0), logits(0.0), real_target=target)


@pytest.mark.parametrize("target", [1.0, 0.9])
def test_the_joined_loss_is_the_same_number(target):
    real, fake = logits(0.3, -1.2, 100.0), logits(-0.7, 0.4, 100.0)
    joined = joined_discriminator_loss(torch.cat((real, fake)), 3, real_target=target)
    apart = gan.discriminator_loss(real, fake, real_target=target)
    torch.testing.assert_close(joined, apart)
    with pytest.raises(ValueError, match="logits: expected at least one"):
        joined_discriminator_loss(torch.zeros(0, 1), 0)
