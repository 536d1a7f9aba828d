"""A run that is interrupted and resumed gives the numbers of one that is not."""

import random

import numpy as np
import pytest
import torch

from dlcourse import gan, nn, runtime

EPOCHS, STOP = 4, 2


def parts(seed=0, averaged=True, width=2):
    torch.manual_seed(seed)
    generator = nn.init_weights(nn.dcgan_generator(4, width))
    # Dropout draws from torch's own random state, which a checkpoint has to keep too.
    discriminator = torch.nn.Sequential(
        torch.nn.Dropout(0.2), nn.init_weights(nn.dcgan_discriminator(width))
    )
    return {
        "generator": generator,
        "discriminator": discriminator,
        "generator_optimizer": gan.adam(generator, 2e-3, beta1=0.5),
        "discriminator_optimizer": gan.adam(discriminator, 2e-3, beta1=0.5),
        "averages": gan.AveragedWeights(generator, 0.9) if averaged else None,
    }


def jitter(batch):
    """Draw from Python's and NumPy's random states, as an augmentation may."""
    return batch * (1 + 0.1 * random.random()) + 0.1 * float(np.random.rand())


def run(parts, sampler, **more):
    images = torch.rand(12, 3, 64, 64, generator=torch.Generator().manual_seed(1)) * 2 - 1
    return gan.train(
        **parts,
        data=images,
        num_epochs=EPOCHS,
        batch_size=4,
        latent_dim=4,
        learning_rate_factor=gan.linear_decay,
        transform=jitter,
        seed=sampler,
        **more,
    )


class InterruptedTrainingError(Exception):
    pass


def interrupted_run(path, **options):
    def stop(training):
        if training.epoch == STOP:
            gan.save_checkpoint(path, training)
            raise InterruptedTrainingError

    sampler = runtime.set_seed(3)
    with pytest.raises(InterruptedTrainingError):
        run(parts(**options), sampler, callback=stop)


@pytest.fixture
def checkpoint(tmp_path):
    path = tmp_path / "run.pt"
    interrupted_run(path)
    return path


def assert_same_state(one, other):
    for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True):
        assert torch.equal(a, b)


def test_resumed_training_is_identical_to_the_uninterrupted_one(checkpoint):
    whole = parts()
    sampler = runtime.set_seed(3)
    whole = parts()
    expected = run(whole, sampler)

    # Another process: everything starts different, and is put right by the checkpoint.
    random.seed(99), np.random.seed(99)
    resumed, sampler = parts(seed=8), torch.Generator().manual_seed(77)
    history = gan.load_checkpoint(checkpoint, **resumed, sampler=sampler)
    assert len(history) == STOP
    history = run(resumed, sampler, history=history)

    assert history.discriminator_loss == expected.discriminator_loss
    assert history.generator_loss == expected.generator_loss
    for name in ("generator", "discriminator"):
        assert_same_state(resumed[name], whole[name])
    assert_same_state(resumed["averages"].net, whole["averages"].net)
    assert resumed["averages"].num_updates == whole["averages"].num_updates


def test_without_the_random_states_the_numbers_would_differ(checkpoint):
    """The test above can fail: a resume with another state gives other losses."""
    expected = run(parts(), runtime.set_seed(3))
    resumed, sampler = parts(seed=8), torch.Generator()
    history = gan.load_checkpoint(checkpoint, **resumed, sampler=sampler)
    torch.manual_seed(5)
    assert run(resumed, sampler, history=history).generator_loss != expected.generator_loss


def test_a_seed_beside_a_history_is_refused(checkpoint):
    with pytest.raises(ValueError, match="seed: training that goes on needs the random gen"):
        run(parts(), 3, history=gan.History([0.7], [0.7], [1], [1.0], [1.0]))


def test_nothing_but_the_checkpoint_is_left(checkpoint):
    assert [path.name for path in checkpoint.parent.iterdir()] == ["run.pt"]


def test_a_failed_write_keeps_the_old_checkpoint(checkpoint, monkeypatch):
    before = checkpoint.read_bytes()

    def full_disk(content, path):
        path.write_bytes(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(torch, "save", full_disk)
    made = parts()
    averages = made.pop("averages")
    training = gan.Training(**made, averages=averages)
    with pytest.raises(OSError, match="No space left"):
        gan.save_checkpoint(checkpoint, training)
    assert checkpoint.read_bytes() == before
    assert [path.name for path in checkpoint.parent.iterdir()] == ["run.pt"]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no checkpoint .*none\.pt"):
        gan.load_checkpoint(tmp_path / "none.pt", **parts())


@pytest.mark.parametrize("content", [b"", b"no checkpoint at all", None])
def test_a_damaged_file_is_named(checkpoint, content):
    data = checkpoint.read_bytes()
    checkpoint.write_bytes(data[: len(data) // 2] if content is None else content)
    with pytest.raises(ValueError, match=r"run\.pt is no checkpoint, or a damaged one"):
        gan.load_checkpoint(checkpoint, **parts(), sampler=torch.Generator())


def test_a_file_of_something_else_is_named(tmp_path):
    torch.save({"weights": torch.zeros(2)}, tmp_path / "other.pt")
    with pytest.raises(ValueError, match=r"other\.pt is no checkpoint of dlcourse\.gan"):
        gan.load_checkpoint(tmp_path / "other.pt", **parts())


@pytest.mark.parametrize(
    ("options", "sampler", "message"),
    [
        ({"width": 3}, True, r"generator: .*run\.pt holds another form of it"),
        ({"averaged": False}, True, "made with averaged weights; give them too"),
        ({}, False, "made with a seed; give a torch.Generator"),
    ],
)
def test_other_parts_are_named(checkpoint, options, sampler, message):
    given = torch.Generator() if sampler else None
    with pytest.raises(ValueError, match=message) as caught:
        gan.load_checkpoint(checkpoint, **parts(**options), sampler=given)
    assert "\n" not in str(caught.value)
