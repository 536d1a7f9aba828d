"""LeNet as an objective: counts, seeds, checkpoints, bad input, devices."""

import math
import subprocess
import sys
from itertools import chain

import pytest
import torch

from dlcourse import data, nn
from dlcourse.hpo import lenet, lenet_checkpoint, lenet_start
from dlcourse.hpo.lenet import lenet_test_error, train_lenet

CONFIGURATION = {"learning_rate": 0.1, "batch_size": 100, "momentum": 0.5}
FEW = {"train": 60, "validation": 15, "test": 15}


@pytest.fixture(autouse=True)
def few_images(monkeypatch):
    """Take every tenth image: an epoch takes a tenth of the time, all else is the same."""

    def fashion_mnist(split="train"):
        images, labels = data.fashion_mnist(split)
        return images[::10], labels[::10]

    lenet_start._normalized.cache_clear()
    monkeypatch.setattr(lenet_start, "fashion_mnist", fashion_mnist)
    yield
    lenet_start._normalized.cache_clear()


def errors(history):
    return [{k: v for k, v in metrics.items() if k != "seconds"} for metrics in history]


def train(resource=4, checkpoint=None, configuration=CONFIGURATION, **options):
    return train_lenet(configuration, resource, checkpoint, device="cpu", **options)


def test_each_epoch_gets_its_metrics_and_learning_shows():
    history = train(12, configuration={"learning_rate": 0.1, "batch_size": 20})
    assert len(history) == 12
    for metrics in history:
        assert set(metrics) == {
            "train_error",
            "validation_error",
            "validation_loss",
            "seconds",
        }
        assert metrics["seconds"] > 0
    assert history[-1]["train_error"] < 0.5 < history[0]["train_error"]


def test_errors_are_counted_over_examples(monkeypatch):
    """15 images in parts of 4, 4, 4 and 3: a mean over parts would be another number."""
    images, labels = lenet_start.examples("validation", torch.device("cpu"))
    run = lenet._run(CONFIGURATION, 3, None, torch.nn.ReLU, 0, "cpu")
    with torch.no_grad():
        logits = run.net(images)
    wrong = int((logits.argmax(1) != labels).sum())
    monkeypatch.setattr(lenet, "EVALUATION_BATCH", 4)
    error, loss = run.evaluate("validation")
    assert error.item() == pytest.approx(wrong / FEW["validation"])
    expected = torch.nn.functional.cross_entropy(logits, labels)
    assert loss.item() == pytest.approx(expected.item(), rel=1e-5)
    assert run.history[-1]["validation_error"] == error.item()
    for metrics in run.history:
        count = metrics["train_error"] * 5 * FEW["train"]
        assert count == pytest.approx(round(count), abs=1e-3)


def test_an_epoch_shows_every_image_five_times(monkeypatch):
    seen = []
    real = nn.LeNet.forward

    def forward(self, images):
        if self[0].weight.requires_grad and torch.is_grad_enabled():
            seen.append(images.detach().clone())
        return real(self, images)

    monkeypatch.setattr(nn.LeNet, "forward", forward)
    train(1, configuration={"learning_rate": 0.01, "batch_size": 32})
    assert [len(batch) for batch in seen] == [32, 28] * 5
    images, _ = lenet_start.examples("train", torch.device("cpu"))
    sums = sorted(images.sum((1, 2, 3)).tolist())
    passes = [torch.cat(seen[i : i + 2]) for i in range(0, 10, 2)]
    for one in passes:
        assert sorted(one.sum((1, 2, 3)).tolist()) == pytest.approx(sums, rel=1e-4, abs=1e-2)
    assert not torch.equal(passes[0], passes[1])


def test_an_epoch_of_the_full_profile_is_one_pass(monkeypatch):
    sample = {split: data.fashion_mnist(split) for split in FEW}
    monkeypatch.setattr(lenet_start, "fashion_mnist", lambda split: sample[split])
    monkeypatch.setenv("DLCOURSE_PROFILE", "full")
    seen = []
    real = torch.randperm
    monkeypatch.setattr(torch, "randperm", lambda n, **k: seen.append(n) or real(n, **k))
    (metrics,) = train(1)
    assert seen == [600]
    assert metrics["train_error"] * 600 == pytest.approx(round(metrics["train_error"] * 600))


def test_images_are_normalized_by_the_training_set():
    images, labels = lenet_start.examples("train", torch.device("cpu"))
    assert images.shape == (60, 1, 28, 28) and labels.shape == (60,)
    assert images.mean().abs() < 1e-4 and abs(images.std() - 1) < 1e-4
    raw = data.fashion_mnist("test")[0][::10].float()
    train_raw = data.fashion_mnist("train")[0][::10].float()
    expected = (raw - train_raw.mean()) / train_raw.std()
    torch.testing.assert_close(lenet_start.examples("test", torch.device("cpu"))[0], expected)


def test_training_looks_at_the_test_images_only_when_asked(monkeypatch):
    asked = []
    real = lenet.examples
    monkeypatch.setattr(lenet, "examples", lambda *a: asked.append(a[0]) or real(*a))
    train(1)
    assert set(asked) == {"train", "validation"}
    error = lenet_test_error(CONFIGURATION, 1, device="cpu")
    assert asked[-1] == "test"
    assert error * FEW["test"] == pytest.approx(round(error * FEW["test"]), abs=1e-4)


def test_the_weights_are_pytorchs_own_of_that_seed_and_nothing_else_is_drawn():
    torch.manual_seed(7)
    expected = nn.LeNet()
    before = torch.get_rng_state()
    found = lenet_start.initialized(torch.nn.ReLU, 7)
    for one, other in zip(found.parameters(), expected.parameters(), strict=True):
        torch.testing.assert_close(one, other)
    train(1)
    assert torch.equal(torch.get_rng_state(), before)


def test_an_activation_with_weights_is_initialized_too():
    net = lenet_start.initialized(torch.nn.PReLU, 0)
    assert net[1].weight.item() == 0.25


def test_the_seed_decides():
    assert errors(train(2)) == errors(train(2))
    assert errors(train(2)) != errors(train(2, seed=1))


def test_the_number_of_threads_is_left_as_it_was_and_changes_nothing():
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        two = train(2)
        assert torch.get_num_threads() == 2
        torch.set_num_threads(1)
        assert errors(train(2)) == errors(two)
    finally:
        torch.set_num_threads(before)


def test_training_in_parts_gives_the_numbers_of_training_through(tmp_path):
    whole = lenet._run(CONFIGURATION, 5, tmp_path / "whole", torch.nn.ReLU, 0, "cpu")
    parts = tmp_path / "parts"
    pieces = [train(resource, parts) for resource in (1, 3, 5)]
    assert [len(piece) for piece in pieces] == [1, 2, 2]
    assert errors([*chain.from_iterable(pieces)]) == errors(whole.history)
    resumed = lenet._run(CONFIGURATION, 5, parts, torch.nn.ReLU, 0, "cpu")
    for one, other in zip(resumed.net.parameters(), whole.net.parameters(), strict=True):
        assert torch.equal(one, other)
    assert lenet_test_error(CONFIGURATION, 5, parts, device="cpu") == lenet_test_error(
        CONFIGURATION, 5, device="cpu"
    )


def test_a_job_whose_answer_was_lost_gives_it_again_without_training(tmp_path, monkeypatch):
    train(2, tmp_path)
    answer = train(4, tmp_path)
    expected = train(2)
    monkeypatch.setattr(lenet._Run, "train_epoch", None)  # any call would fail
    assert train(4, tmp_path) == answer
    # The checkpoint has gone past what is asked for here.
    assert errors(train(2, tmp_path)) == errors(expected[1:])
    with pytest.raises(ValueError, match="has come to epoch 4, past 2"):
        lenet_test_error(CONFIGURATION, 2, tmp_path, device="cpu")


def test_the_checkpoint_appears_whole_or_not_at_all(tmp_path, monkeypatch):
    train(1, tmp_path)
    kept = (tmp_path / lenet_checkpoint.FILE_NAME).read_bytes()

    def torn(content, path):
        path.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(torch, "save", torn)
    with pytest.raises(OSError, match="disk full"):
        train(2, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [lenet_checkpoint.FILE_NAME]
    assert (tmp_path / lenet_checkpoint.FILE_NAME).read_bytes() == kept


@pytest.mark.parametrize("content", [b"", b"no checkpoint", "cut"])
def test_a_damaged_checkpoint_is_one_clear_error(tmp_path, content):
    path = tmp_path / lenet_checkpoint.FILE_NAME
    train(1, tmp_path)
    path.write_bytes(path.read_bytes()[:5000] if content == "cut" else content)
    with pytest.raises(ValueError, match=r"lenet\.pt is damaged or no checkpoint; remove it"):
        train(2, tmp_path)


@pytest.mark.parametrize("content", [{"format": 1}, {"weights": 1}, [1], "text"])
def test_a_file_of_something_else_is_one_clear_error(tmp_path, content):
    torch.save(content, tmp_path / lenet_checkpoint.FILE_NAME)
    with pytest.raises(ValueError, match=r"checkpoint: .*(not one of train_lenet|damaged)"):
        train(2, tmp_path)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"seed": 1}, "seed 0, not 1"),
        ({"activation": torch.nn.Sigmoid}, "activation 'ReLU', not 'Sigmoid'"),
        ({"configuration": {"learning_rate": 0.2}}, "configuration .*0.1.*not .*0.2"),
    ],
)
def test_a_checkpoint_of_another_training_is_refused(tmp_path, change, named):
    train(1, tmp_path)
    with pytest.raises(ValueError, match=rf"is of another training \({named}"):
        train(2, tmp_path, **change)


@pytest.mark.parametrize(
    ("configuration", "named"),
    [
        ({}, "configuration: learning_rate is missing"),
        ({"learning_rate": 0.1, "batchsize": 3}, "configuration: unknown batchsize; known are"),
        (
            {"learning_rate": 0.1, "batch_size": 0},
            "batch_size must be an integer of at least 1",
        ),
        ({"learning_rate": 0.1, "batch_size": 6.5}, "batch_size must be an integer"),
        ({"learning_rate": math.nan}, "learning_rate must be a finite number above 0, got nan"),
        ({"learning_rate": math.inf}, "learning_rate must be a finite number above 0"),
        ({"learning_rate": 0}, "learning_rate must be a finite number above 0, got 0"),
        ({"learning_rate": "0.1"}, "learning_rate must be a finite number above 0, got '0.1'"),
        (
            {"learning_rate": 0.1, "momentum": -1},
            "momentum must be a finite number of at least",
        ),
    ],
)
def test_a_bad_configuration_is_named_in_one_line(configuration, named):
    with pytest.raises(ValueError, match=named) as caught:
        train(configuration=configuration)
    assert "\n" not in str(caught.value)


def test_a_bad_resource_or_seed_is_named():
    with pytest.raises(ValueError, match="resource must be an integer of at least 1, got 0"):
        train(0)
    with pytest.raises(ValueError, match="seed must be an integer of at least 0, got -1"):
        train(seed=-1)


def test_a_loss_that_is_nan_gives_an_error_that_is_nan():
    history = train(2, configuration={"learning_rate": 1e6, "batch_size": 10})
    for metrics in history:
        assert math.isnan(metrics["train_error"])
        assert math.isnan(metrics["validation_error"])
        assert math.isnan(metrics["validation_loss"])


def test_a_net_that_learns_nothing_has_the_error_of_guessing():
    history = train(2, configuration={"learning_rate": 0.01}, activation=torch.nn.Sigmoid)
    assert history[-1]["validation_error"] >= 0.8


def test_the_package_loads_it_when_it_is_asked_for():
    code = """
import sys
from dlcourse import hpo
print("torch" in sys.modules, callable(hpo.train_lenet), "torch" in sys.modules)
hpo.train_net
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "False True True\n"
    assert "module 'dlcourse.hpo' has no attribute 'train_net'" in done.stderr


DEVICES = ["meta"]
DEVICES += ["cuda"] if torch.cuda.is_available() else []
DEVICES += ["mps"] if torch.backends.mps.is_available() else []


@pytest.mark.parametrize("device", DEVICES)
def test_everything_is_made_on_the_device(device, monkeypatch):
    read = []

    def read_numbers(*scalars):
        read.extend(scalar.device.type for scalar in scalars)
        return [0.5 for _ in scalars]

    monkeypatch.setattr(lenet, "read_numbers", read_numbers)
    run = lenet._run(CONFIGURATION, 2, None, torch.nn.ReLU, 0, device)
    assert set(read) == {device}
    assert {p.device.type for p in run.net.parameters()} == {device}
    assert lenet_test_error(CONFIGURATION, 1, device=device) == 0.5
