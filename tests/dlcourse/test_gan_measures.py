"""Measures of fit of points and of images."""

import pytest
import torch
from torch.nn.functional import avg_pool2d, interpolate

from dlcourse import data, gan, nn


def test_the_errors_of_a_known_cloud():
    cloud = torch.tensor([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    assert gan.mean_error(cloud, torch.tensor([3.0, 4.0])) == pytest.approx(5.0)
    identity = torch.eye(2)
    # The cloud's covariance is 2/3 of the identity.
    assert gan.covariance_error(cloud, identity * 2 / 3) == pytest.approx(0.0, abs=1e-6)
    assert gan.covariance_error(cloud, identity) == pytest.approx(1 / 3)


def test_a_linear_generators_moments_are_those_of_its_points():
    torch.manual_seed(0)
    generator = nn.linear_generator()
    mean, covariance = gan.linear_generator_moments(generator)
    with torch.no_grad():
        made = generator(torch.randn(200_000, 2))
    assert gan.mean_error(made, mean) < 0.01
    assert gan.covariance_error(made, covariance) < 0.02
    assert not mean.requires_grad and not covariance.requires_grad
    mean.zero_()
    assert generator[0].bias.abs().max() > 0  # the caller got a copy


def test_the_generator_that_made_the_data_has_no_error():
    layer = torch.nn.Linear(2, 2)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[1.0, 2.0], [-0.1, 0.5]]).T)
        layer.bias.copy_(torch.tensor([1.0, 2.0]))
    mean, covariance = gan.linear_generator_moments(layer)
    torch.testing.assert_close(mean, torch.tensor([1.0, 2.0]))
    torch.testing.assert_close(covariance, data.gaussian_covariance())


def test_measures_name_what_does_not_fit():
    cloud = torch.zeros(4, 2)
    with pytest.raises(ValueError, match=r"points: expected shape \(n, d\).*got \(0, 2\)"):
        gan.mean_error(torch.zeros(0, 2), torch.zeros(2))
    with pytest.raises(ValueError, match=r"mean: expected shape \(2,\), got \(3,\)"):
        gan.mean_error(cloud, torch.zeros(3))
    with pytest.raises(ValueError, match=r"covariance: expected shape \(2, 2\), got \(2,\)"):
        gan.covariance_error(cloud, torch.zeros(2))
    with pytest.raises(ValueError, match="at least 2 points"):
        gan.covariance_error(cloud[:1], torch.eye(2))
    with pytest.raises(ValueError, match=r"expected one nn\.Linear with a bias.*'Tanh'"):
        gan.linear_generator_moments(nn.tanh_discriminator())
    with pytest.raises(ValueError, match=r"expected one nn\.Linear with a bias"):
        gan.linear_generator_moments(torch.nn.Linear(2, 2, bias=False))


def test_the_kernel_distance_is_the_formula():
    torch.manual_seed(0)
    x, y = torch.randn(4, 3, dtype=torch.float64), torch.randn(5, 3, dtype=torch.float64)

    def k(a, b):
        return (float(a @ b) / 3 + 1) ** 3

    expected = (
        sum(k(x[i], x[j]) for i in range(4) for j in range(4) if i != j) / 12
        + sum(k(y[i], y[j]) for i in range(5) for j in range(5) if i != j) / 20
        - 2 * sum(k(a, b) for a in x for b in y) / 20
    )
    assert gan.kernel_distance(x, y) == pytest.approx(expected)
    assert gan.kernel_distance(y, x) == pytest.approx(expected)


def test_the_kernel_distance_of_one_distribution_is_zero_on_average():
    torch.manual_seed(0)
    draws = [gan.kernel_distance(torch.randn(50, 4), torch.randn(50, 4)) for _ in range(200)]
    spread = torch.tensor(draws).std().item()
    assert abs(sum(draws) / 200) < 4 * spread / 200**0.5
    assert gan.kernel_distance(torch.randn(50, 4), torch.randn(50, 4) + 1) > 5 * spread


@pytest.mark.parametrize("shape", [(1, 3), (4, 2), (4,)])
def test_features_that_do_not_fit_are_named(shape):
    with pytest.raises(ValueError, match=r"generated: expected features of shape \(n, 3\)"):
        gan.kernel_distance(torch.zeros(4, 3), torch.zeros(shape))


def faces():
    images = data.to_unit_range(data.emoji("Smileys & Emotion", 104))
    return images[::2], images[1::2]


def blurred(images):
    return interpolate(avg_pool2d(images, 4), scale_factor=4, mode="bilinear")


def test_real_is_nearer_than_blurred_than_noise():
    classifier = gan.emoji_classifier()
    one, other = faces()
    noise = torch.rand(other.shape, generator=torch.Generator().manual_seed(0)) * 2 - 1
    distances = [
        gan.image_distance(one, images, classifier) for images in (other, blurred(other), noise)
    ]
    assert distances[0] < distances[1] / 2 < distances[2] / 4
    assert abs(distances[0]) < distances[1] / 2


def test_the_classifier_learned_its_classes():
    classifier = gan.emoji_classifier()
    assert classifier is gan.emoji_classifier()  # trained once a process
    images = data.to_unit_range(data.emoji())
    labels = torch.tensor(
        [data.emoji_categories().index(record.category) for record in data.emoji_records()]
    )
    accuracy = (classifier(images).argmax(1) == labels).float().mean().item()
    assert accuracy > 0.55  # the largest class alone would give 0.37
    assert classifier.features(images).square().mean().item() == pytest.approx(1, abs=1e-4)


def test_training_a_classifier_leaves_the_callers_random_state():
    images, labels = data.fashion_mnist("train")
    torch.manual_seed(4)
    expected = torch.rand(())
    torch.manual_seed(4)
    classifier = gan.train_classifier(images, labels, num_epochs=1, seed=2)
    assert torch.equal(torch.rand(()), expected)
    assert classifier.features(data.to_unit_range(images[:3])).shape == (3, 64)
    again = gan.train_classifier(images, labels, num_epochs=1, seed=2)
    assert torch.equal(again.output.weight, classifier.output.weight)


def test_the_classifier_names_images_it_cannot_take():
    classifier = gan.emoji_classifier()
    with pytest.raises(ValueError, match=r"shape \(n, 3, height, width\), got torch.uint8"):
        classifier.features(data.emoji(count=2))
    with pytest.raises(ValueError, match=r"got torch.float32 of shape \(2, 1, 64, 64\)"):
        classifier.features(torch.zeros(2, 1, 64, 64))
    with pytest.raises(ValueError, match=r"labels: expected shape \(2,\).*got \(3,\)"):
        gan.train_classifier(data.emoji(count=2), torch.zeros(3, dtype=torch.int64))
