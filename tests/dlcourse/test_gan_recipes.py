"""The recipe that fits; the benchmark `gan.fit` runs it for twenty seeds."""

import dataclasses

import pytest
import torch

from dlcourse import data, gan, nn

LIMIT = 0.06


def sample(seed):
    return data.gaussian_points(1000, generator=torch.Generator().manual_seed(seed))


def test_the_recipe_fits_and_leaves_the_callers_random_state():
    points, epochs = sample(3), []
    state = torch.get_rng_state()
    fit = gan.fit_gaussian(points, seed=3, callback=lambda t: epochs.append(t.epoch))
    assert torch.equal(torch.get_rng_state(), state)
    assert epochs == list(range(1, 21))
    error_of_mean, error_of_covariance = gan.gaussian_errors(fit.best_generator, points)
    assert error_of_mean <= LIMIT and error_of_covariance <= LIMIT
    # The generator it began with was nowhere near, so the limit can be missed.
    with torch.random.fork_rng():
        torch.manual_seed(3)
        assert min(gan.gaussian_errors(nn.linear_generator(), points)) > 5 * LIMIT


def test_the_recipe_is_repeatable_and_open_to_change():
    recipe = dataclasses.replace(gan.GaussianRecipe(), num_epochs=1, batch_size=50)
    weights = []
    for seed in (1, 1, 2):
        fit = gan.fit_gaussian(sample(0), seed=seed, recipe=recipe)
        assert len(fit.history) == 1 and fit.history.steps == [20]
        weights.append(fit.best_generator[0].weight)
    assert torch.equal(weights[0], weights[1]) and not torch.equal(weights[0], weights[2])


def test_other_dimensions_are_fitted_too():
    recipe = gan.GaussianRecipe(num_epochs=1)
    points = torch.randn(64, 3)
    assert gan.fit_gaussian(points, recipe=recipe).best_generator(points).shape == (64, 3)


def test_points_of_another_shape_are_named():
    with pytest.raises(ValueError, match=r"points: expected shape \(n, d\), got \(4,\)"):
        gan.fit_gaussian(torch.zeros(4))


def test_the_errors_of_a_linear_generator_are_exact():
    points = sample(1)
    layer = torch.nn.Linear(2, 2)
    factor = torch.linalg.cholesky(torch.cov(points.T))
    with torch.no_grad():
        layer.weight.copy_(factor)
        layer.bias.copy_(points.mean(0) + torch.tensor([0.3, 0.4]))
    errors = gan.gaussian_errors(layer, points)
    assert errors == pytest.approx((0.5, 0.0), abs=1e-5)
    with torch.no_grad():
        layer.weight.mul_(1.1)
    assert gan.gaussian_errors(layer, points)[1] == pytest.approx(0.21, abs=1e-5)
    with pytest.raises(ValueError, match="at least 2 points"):
        gan.gaussian_errors(layer, points[:1])


def test_the_faces_come_with_their_mirror_images():
    faces = gan.emoji_faces(10)
    assert faces.shape == (20, 3, 64, 64) and faces.min() >= -1 and faces.max() == 1
    assert torch.equal(faces[10:], faces[:10].flip(3))
    assert torch.equal(data.from_unit_range(faces[:10]), data.emoji("Smileys & Emotion", 10))


def test_the_profile_chooses_the_size(monkeypatch):
    monkeypatch.setenv("DLCOURSE_PROFILE", "small")
    small = gan.emoji_recipe()
    monkeypatch.setenv("DLCOURSE_PROFILE", "full")
    full = gan.emoji_recipe()
    assert small == gan.EmojiRecipe()
    assert full.width > small.width and full.steps > small.steps


def test_emoji_training_does_what_the_recipe_says():
    recipe = gan.EmojiRecipe(num_faces=4, num_epochs=2, batch_size=4, width=2, latent_dim=3)
    weights = []
    for seed in (1, 1, 2):
        state = torch.get_rng_state()
        training = gan.train_emoji(recipe, seed=seed, device="cpu")
        assert torch.equal(torch.get_rng_state(), state)
        assert sum(training.history.steps) == recipe.steps == 4
        weights.append(torch.cat([p.flatten() for p in training.best_generator.parameters()]))
    assert torch.equal(weights[0], weights[1]) and not torch.equal(weights[0], weights[2])
    assert training.best_generator(torch.zeros(1, 3)).shape == (1, 3, 64, 64)
    # The rate has fallen as far as the last step takes it: to 1 - 3/4 of the start.
    rate = training.generator_optimizer.param_groups[0]["lr"]
    assert rate == pytest.approx(recipe.learning_rate / 4)
