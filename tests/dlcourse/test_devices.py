"""Every function makes its tensors where it uses them.

Without a GPU the `meta` device tells: it has shapes and no numbers, and mixing it with the
CPU in one operation is an error, just as with CUDA. Where CUDA or MPS is there, the same
tests run on it for real.
"""

import pytest
import torch
from torch.utils.data import DataLoader

from dlcourse import data, gan, nn, plot
from dlcourse.gan import quality

DEVICES = ["meta"]
DEVICES += ["cuda"] if torch.cuda.is_available() else []
DEVICES += ["mps"] if torch.backends.mps.is_available() else []


@pytest.fixture(params=DEVICES, autouse=True)
def device(request, monkeypatch):
    if request.param == "meta":
        # What the meta device cannot do is give numbers, so the one place that reads
        # them answers without looking.
        monkeypatch.setattr(
            "dlcourse.gan.training.read_numbers",
            lambda *scalars: [0.0 for scalar in scalars if scalar.device.type == "meta"],
        )
    return torch.device(request.param)


def examples(images):
    if images:
        return torch.zeros(8, 3, 64, 64), nn.dcgan_generator(2, 2), nn.dcgan_discriminator(2)
    return data.gaussian_points(8), nn.linear_generator(), nn.tanh_discriminator()


def places(*modules):
    return {t.device.type for m in modules for t in (*m.parameters(), *m.buffers())}


def test_the_check_itself_notices_a_tensor_on_the_wrong_device(device):
    net = nn.linear_generator().to(device)
    with pytest.raises(RuntimeError, match="device"):
        net(torch.zeros(2, 2))


def test_losses_stay_on_the_device(device):
    logits = torch.randn(4, 1, device=device)
    assert gan.discriminator_loss(logits, logits, real_target=0.9).device.type == device.type
    assert gan.saturating_generator_loss(logits).device.type == device.type
    assert gan.nonsaturating_generator_loss(logits).device.type == device.type


@pytest.mark.parametrize("images", [False, True])
def test_updates_stay_on_the_device(device, images):
    real, generator, discriminator = examples(images)
    generator.to(device), discriminator.to(device)
    real, latent = real.to(device), torch.randn(8, 2, device=device)
    optimizer = gan.adam(discriminator, 0.01)
    value = gan.update_discriminator(real, latent, discriminator, generator, optimizer)
    assert value.device.type == device.type
    optimizer = gan.adam(generator, 0.01)
    value = gan.update_generator(latent, discriminator, generator, optimizer)
    assert value.device.type == device.type


@pytest.mark.parametrize("loader", [False, True])
@pytest.mark.parametrize("images", [False, True])
def test_training_moves_everything_to_the_device(device, images, loader):
    real, generator, discriminator = examples(images)
    averages = gan.AveragedWeights(generator)
    history = gan.train(
        generator,
        discriminator,
        DataLoader(real, batch_size=4) if loader else real,
        num_epochs=2,
        batch_size=None if loader else 4,
        latent_dim=2,
        generator_optimizer=gan.adam(generator, 0.01),
        discriminator_optimizer=gan.adam(discriminator, 0.01),
        averages=averages,
        fakes_per_real=2,
        real_target=0.9,
        learning_rate_factor=gan.linear_decay,
        transform=data.random_flips if images else None,
        device=device,
        seed=1,
    )
    assert len(history) == 2
    assert places(generator, discriminator, averages.net) == {device.type}


def test_training_stays_where_the_generator_is(device):
    real, generator, discriminator = examples(False)
    generator.to(device)
    gan.train(
        generator,
        discriminator,
        real,
        num_epochs=1,
        batch_size=4,
        latent_dim=2,
        generator_optimizer=gan.adam(generator, 0.01),
        discriminator_optimizer=gan.adam(discriminator, 0.01),
    )
    assert places(generator, discriminator) == {device.type}


def test_weights_are_drawn_on_the_device(device):
    net = nn.init_weights(nn.dcgan_discriminator(2).to(device))
    assert places(net) == {device.type}


def test_moments_and_ranges_stay_on_the_device(device):
    mean, covariance = gan.linear_generator_moments(nn.linear_generator().to(device))
    assert {mean.device.type, covariance.device.type} == {device.type}
    images = data.to_unit_range(data.emoji(count=2).to(device))
    assert data.from_unit_range(images).device.type == device.type


def test_a_classifier_trains_and_looks_on_the_device(device):
    labels = torch.tensor([0, 1])
    net = gan.train_classifier(data.emoji(count=2), labels, num_epochs=1, device=device)
    assert places(net) == {device.type}
    # Images come from anywhere: the features are made where the classifier is.
    assert net.features(torch.zeros(2, 3, 64, 64)).device.type == device.type
    flipped = quality.augment(torch.zeros(2, 3, 64, 64, device=device))
    assert flipped.device.type == device.type


def test_measures_take_points_of_the_device(device):
    cloud = data.gaussian_points(20)
    mean, covariance = cloud.mean(0), torch.cov(cloud.T)
    if device.type == "meta":
        # It fails where the number is read, not before: all tensors were on one device.
        with pytest.raises(RuntimeError, match=r"item\(\) cannot be called on meta"):
            gan.mean_error(cloud.to(device), mean)
        with pytest.raises(RuntimeError, match=r"item\(\) cannot be called on meta"):
            gan.covariance_error(cloud.to(device), covariance)
        return
    assert gan.mean_error(cloud.to(device), mean) < 1e-5
    assert gan.covariance_error(cloud.to(device), covariance) < 1e-5
    features = torch.randn(9, 4)
    expected = gan.kernel_distance(features, features + 1)
    found = gan.kernel_distance(features.to(device), features.to(device) + 1)
    assert found == pytest.approx(expected, rel=1e-4)


def test_drawings_take_tensors_of_the_device(device):
    generator = nn.linear_generator().to(device)
    if device.type == "meta":
        # What is drawn comes to the CPU, where meta has nothing to bring.
        with pytest.raises(NotImplementedError, match="Cannot copy out of meta"):
            plot.generate(generator, torch.zeros(3, 2))
        return
    made = plot.generate(generator, torch.zeros(3, 2))
    assert made.device.type == "cpu"
    plot.points(made.to(device), made)
