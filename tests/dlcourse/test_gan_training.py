"""The training loop: what it returns, when it stops, what it refuses."""

import math

import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from dlcourse import data, gan, nn


def setup(seed=0, learning_rate=0.01):
    torch.manual_seed(seed)
    generator, discriminator = nn.linear_generator(), nn.tanh_discriminator()
    return {
        "generator": generator,
        "discriminator": discriminator,
        "generator_optimizer": gan.adam(generator, learning_rate),
        "discriminator_optimizer": gan.adam(discriminator, learning_rate),
    }


def points(n=40):
    return data.gaussian_points(n, generator=torch.Generator().manual_seed(1))


def weights(net):
    return torch.cat([p.detach().flatten() for p in net.parameters()])


def test_the_history_has_one_entry_an_epoch():
    history = gan.train(**setup(), data=points(), num_epochs=3, batch_size=16, latent_dim=2)
    assert len(history) == 3
    for series in vars(history).values():
        assert len(series) == 3 and all(map(math.isfinite, series))
    assert history.examples_per_second[0] == pytest.approx(40 / history.seconds[0])


def test_a_short_last_minibatch_weighs_by_its_size():
    """With learning rate 0 the epoch's loss is the loss over all its examples."""
    parts = setup()
    for name in ("generator_optimizer", "discriminator_optimizer"):
        parts[name].param_groups[0]["lr"] = 0.0
    cloud, sampler = points(), torch.Generator().manual_seed(9)
    history = gan.train(**parts, data=cloud, num_epochs=1, batch_size=16, latent_dim=2, seed=9)
    torch.randperm(40, generator=sampler)
    latent = torch.randn(40, 2, generator=sampler)
    real = parts["discriminator"](cloud)
    fake = parts["discriminator"](parts["generator"](latent))
    assert history.discriminator_loss[0] == pytest.approx(
        gan.discriminator_loss(real, fake).item(), abs=1e-6
    )
    assert history.generator_loss[0] == pytest.approx(
        gan.nonsaturating_generator_loss(fake).item(), abs=1e-6
    )


def test_each_epoch_sees_each_example_once():
    seen = []
    gan.train(
        **setup(),
        data=torch.arange(40.0).repeat(2, 1).T.contiguous(),
        num_epochs=2,
        batch_size=16,
        latent_dim=2,
        transform=lambda batch: seen.append(batch[:, 0]) or batch,
    )
    first, second = torch.cat(seen[:3]), torch.cat(seen[3:])
    assert [len(batch) for batch in seen] == [16, 16, 8] * 2
    assert torch.equal(first.sort().values, torch.arange(40.0))
    assert torch.equal(second.sort().values, torch.arange(40.0))
    assert not torch.equal(first, second)


@pytest.mark.parametrize("labelled", [False, True])
def test_a_loader_serves_as_data(labelled):
    tensors = (points(), torch.zeros(40)) if labelled else (points(),)
    loader = DataLoader(TensorDataset(*tensors), batch_size=16)
    history = gan.train(**setup(), data=loader, num_epochs=2, latent_dim=2)
    assert len(history) == 2


def test_a_seed_makes_training_repeatable_and_matters():
    results = []
    for seed in (3, 3, 4):
        parts = setup()
        torch.manual_seed(len(results))  # what a notebook drew before must not matter
        gan.train(**parts, data=points(), num_epochs=2, batch_size=8, latent_dim=2, seed=seed)
        results.append(weights(parts["generator"]))
    assert torch.equal(results[0], results[1])
    assert not torch.equal(results[0], results[2])


def test_the_callback_sees_every_epoch_and_may_switch_modes():
    epochs = []

    def callback(training):
        epochs.append((training.epoch, training.num_epochs, training.generator.training))
        training.generator.eval()

    gan.train(
        **setup(), data=points(), num_epochs=3, batch_size=8, latent_dim=2, callback=callback
    )
    assert epochs == [(1, 3, True), (2, 3, True), (3, 3, True)]


def test_the_learning_rates_follow_the_progress():
    parts, rates = setup(learning_rate=0.1), []

    def note(batch):
        rates.append(
            [
                parts[f"{n}_optimizer"].param_groups[0]["lr"]
                for n in ("generator", "discriminator")
            ]
        )
        return batch

    gan.train(
        **parts,
        data=points(),
        num_epochs=2,
        batch_size=20,
        latent_dim=2,
        learning_rate_factor=gan.linear_decay,
        transform=note,
    )
    # A minibatch is made before its step sets the rates, so each note shows those before.
    assert rates[1] == pytest.approx([0.1, 0.1])
    assert rates[3] == pytest.approx([0.05, 0.05])
    assert parts["generator_optimizer"].param_groups[0]["lr"] == pytest.approx(0.025)


@pytest.mark.parametrize("decay", [gan.linear_decay, gan.cosine_decay])
def test_the_decays_fall_from_one_to_zero(decay):
    values = [decay(progress / 10) for progress in range(11)]
    assert values[0] == 1 and values[10] == pytest.approx(0) and values[5] == pytest.approx(0.5)
    assert values == sorted(values, reverse=True)


def test_more_examples_can_be_generated_than_are_real():
    counts = []

    def loss(fake_logits):
        counts.append(len(fake_logits))
        return gan.nonsaturating_generator_loss(fake_logits)

    gan.train(
        **setup(),
        data=points(),
        num_epochs=1,
        batch_size=16,
        latent_dim=2,
        fakes_per_real=3,
        generator_loss=loss,
    )
    assert counts == [48, 48, 24]


def test_the_average_follows_the_generator():
    parts = setup()
    start = weights(parts["generator"])
    averages = gan.AveragedWeights(parts["generator"], decay=0.9)
    states = []
    gan.train(
        **parts,
        data=points(),
        num_epochs=2,
        batch_size=8,
        latent_dim=2,
        averages=averages,
        callback=lambda training: states.append(training.best_generator),
    )
    assert averages.num_updates == 10
    assert states[0] is averages.net
    moved = (weights(parts["generator"]) - start).norm()
    assert 0 < (weights(averages.net) - start).norm() < moved


def test_the_average_is_the_formula():
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2))
    averages = gan.AveragedWeights(net, decay=0.25)
    expected = weights(net)
    for update in (1, 2, 3, 4):
        with torch.no_grad():
            for parameter in net.parameters():
                parameter.add_(1.0)
        net(torch.randn(4, 2))  # moves the running statistics
        averages.update(net)
        decay = min(0.25, (update - 1) / (update + 3))
        expected = decay * expected + (1 - decay) * weights(net)
    torch.testing.assert_close(weights(averages.net), expected)
    torch.testing.assert_close(averages.net[1].running_mean, net[1].running_mean)
    assert not averages.net.training and net.training


@pytest.mark.parametrize("decay", [1.0, -0.1])
def test_a_decay_out_of_range_is_refused(decay):
    with pytest.raises(ValueError, match=f"decay must be in .0, 1., got {decay}"):
        gan.AveragedWeights(nn.linear_generator(), decay)


def test_training_stops_at_the_first_loss_that_is_not_finite():
    cloud = points(48)
    steps = []

    def poison(batch):
        steps.append(len(steps) + 1)
        return batch * float("nan") if len(steps) == 5 else batch

    with pytest.raises(gan.NonFiniteLossError, match=r"nan at step 5 \(epoch 2\)") as caught:
        gan.train(
            **setup(), data=cloud, num_epochs=9, batch_size=16, latent_dim=2, transform=poison
        )
    assert caught.value.step == 5 and caught.value.net == "discriminator"
    assert steps == [1, 2, 3, 4, 5]


def test_a_generator_loss_that_is_not_finite_is_told_apart():
    with pytest.raises(gan.NonFiniteLossError, match="generator's loss is inf at step 1"):
        gan.train(
            **setup(),
            data=DataLoader(points(), batch_size=8),
            num_epochs=1,
            latent_dim=2,
            generator_loss=lambda logits: logits.mean() + math.inf,
        )


ARGUMENTS = {"num_epochs": 1, "batch_size": 8, "latent_dim": 2}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data": torch.zeros(0, 2)}, r"data: expected shape \(num_examples, ...\), not empty"),
        ({"data": torch.zeros(9)}, r"data: expected shape .* got \(9,\)"),
        ({"batch_size": None}, "batch_size: expected 1 to 40.*got None"),
        ({"batch_size": 41}, "batch_size: expected 1 to 40.*got 41"),
        ({"batch_size": 0}, "batch_size: expected 1 to 40.*got 0"),
        ({"data": []}, "batch_size: a loader makes its own"),
        ({"data": [], "batch_size": None}, "data: the loader gave no examples"),
        ({"data": ["text"], "batch_size": None}, "data: expected tensors.*got str"),
        ({"data": torch.zeros(9, 3)}, r"real: expected shape \(n, 2\).*got \(8, 3\)"),
        ({"latent_dim": 3}, r"latent: the generator expects shape \(n, 2\), got \(8, 3\)"),
        ({"latent_dim": 0}, "latent_dim must be at least 1, got 0"),
        ({"fakes_per_real": 0}, "fakes_per_real must be at least 1, got 0"),
        ({"num_epochs": -1}, "num_epochs must be at least 0, got -1"),
    ],
)
def test_bad_input_is_named(changes, message):
    with pytest.raises(ValueError, match=message):
        gan.train(**setup(), **{"data": points(), **ARGUMENTS, **changes})


def test_a_loader_without_a_length_cannot_carry_a_schedule():
    with pytest.raises(ValueError, match="needs a loader with a length"):
        gan.train(
            **setup(),
            data=iter([points()]),
            num_epochs=1,
            latent_dim=2,
            learning_rate_factor=gan.linear_decay,
        )


def test_adam_refuses_what_it_cannot_train():
    with pytest.raises(ValueError, match="no parameters to train"):
        gan.adam(torch.nn.Tanh(), 0.1)
    with pytest.raises(ValueError, match="learning_rate must be above 0, got 0"):
        gan.adam(nn.linear_generator(), 0)


def test_the_averages_batch_normalization_is_measured_with_its_own_weights():
    torch.manual_seed(0)
    net = torch.nn.Sequential(
        torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3), torch.nn.Dropout(0.5)
    )
    averages = gan.AveragedWeights(net)
    minibatches = torch.randn(40, 2).split(20)
    averages.refresh_statistics(minibatches)
    hidden = [averages.net[0](minibatch) for minibatch in minibatches]
    norm = averages.net[1]
    torch.testing.assert_close(norm.running_mean, torch.cat(hidden).mean(0))
    torch.testing.assert_close(norm.running_var, (hidden[0].var(0) + hidden[1].var(0)) / 2)
    assert norm.momentum == net[1].momentum
    assert not any(module.training for module in averages.net.modules())


def test_training_measures_the_averages_statistics_after_each_epoch():
    torch.manual_seed(0)
    generator = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2))
    discriminator = nn.tanh_discriminator()
    averages, latents = gan.AveragedWeights(generator, 0.9), []
    gan.train(
        generator,
        discriminator,
        points(),
        num_epochs=1,
        batch_size=20,
        latent_dim=2,
        generator_optimizer=gan.adam(generator, 0.1),
        discriminator_optimizer=gan.adam(discriminator, 0.1),
        averages=averages,
        seed=4,
        transform=lambda batch: latents.append(len(batch)) or batch,
    )
    sampler = torch.Generator().manual_seed(4)
    torch.randperm(40, generator=sampler)
    hidden = averages.net[0](torch.randn(40, 2, generator=sampler))
    torch.testing.assert_close(averages.net[1].running_mean, hidden.mean(0))
    assert (averages.net[1].running_mean - generator[1].running_mean).abs().max() > 1e-3
