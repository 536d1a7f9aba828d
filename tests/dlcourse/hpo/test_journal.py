"""The journal: what is on disk is enough to go on from, wherever a search was cut off."""

import json
import math
import resource
import subprocess
import sys
from itertools import pairwise

import pytest

from dlcourse import hpo
from tests.dlcourse.hpo.objectives import (
    PATIENCE,
    epochs_of,
    fifo,
    searcher,
    trained,
    tune,
    wait_for,
    x,
)


def asha(seed=0, max_trials=9):
    return hpo.ASHA(searcher(seed), 1, 4, 2, max_trials=max_trials)


def lines(folder):
    return [json.loads(line) for line in (folder / "results.jsonl").read_text().splitlines()]


def outcomes(results):
    return [
        (r.trial_id, r.resource, r.status, r.error, r.curve)
        for r in results
        if r.status != "cut"
    ]


def test_each_event_is_a_line_of_strict_json(tmp_path):
    errors = iter([0.5, math.nan, math.inf])
    tune(
        fifo(3), lambda c: {"validation_error": next(errors), "loss": math.inf}, folder=tmp_path
    )

    def refuse(word):
        raise AssertionError(f"{word} is no JSON")

    events = [
        json.loads(line, parse_constant=refuse)
        for line in (tmp_path / "results.jsonl").read_text().splitlines()
    ]
    assert [event["event"] for event in events] == ["search", *["start", "result"] * 3]
    assert [event["error"] for event in events[2::2]] == [0.5, "nan", "inf"]


def test_a_search_that_is_over_is_read_back_whole(tmp_path):
    log = tmp_path / "log"
    first = tune(asha(), epochs_of(log), folder=tmp_path)
    count = len(trained(log))
    again = tune(asha(), epochs_of(log), folder=tmp_path)
    assert list(again) == list(first) and again.duration >= first[-1].ended
    assert len(trained(log)) == count


def test_numbers_that_are_not_finite_come_back(tmp_path):
    errors = iter([math.nan, math.inf])
    tune(fifo(2), lambda c: next(errors), folder=tmp_path)
    first, second = tune(fifo(2), x, folder=tmp_path)
    assert math.isnan(first.error) and math.isnan(first.curve[0]["validation_error"])
    assert second.error == math.inf


@pytest.mark.parametrize("kept", range(1, 21))
def test_a_search_goes_on_from_every_line_as_if_nothing_had_been(tmp_path, kept):
    whole = tune(asha(max_trials=6), epochs_of(tmp_path / "whole"), folder=tmp_path / "a")
    path = tmp_path / "a" / "results.jsonl"
    written = path.read_bytes().splitlines(keepends=True)
    assert len(written) > kept
    path.write_bytes(b"".join(written[:kept]) + written[kept][:11])  # the last one torn
    again = tune(asha(max_trials=6), epochs_of(tmp_path / "again"), folder=tmp_path / "a")
    # Checkpoints that the search has moved on from are gone: such trials start afresh.
    assert [outcome[:4] for outcome in outcomes(again)] == [
        outcome[:4] for outcome in outcomes(whole)
    ]
    assert all("event" in event for event in lines(tmp_path / "a"))  # nothing torn is left


def test_failed_jobs_are_not_run_again(tmp_path):
    def objective(configuration):
        if configuration["x"] > 0.5:
            raise OSError("no")
        return configuration["x"]

    first = tune(fifo(6), objective, folder=tmp_path)
    scheduler = fifo(6)
    again = tune(scheduler, lambda c: 1 / 0, folder=tmp_path)
    assert scheduler.finished  # it has been told of the failures too
    assert [r.traceback for r in again] == [r.traceback for r in first]
    assert [r.status for r in again] == [r.status for r in first]


def test_interrupted_jobs_are_run_when_the_search_goes_on(tmp_path):
    def objective(configuration):
        if len(lines(tmp_path)) > 5:
            raise KeyboardInterrupt
        return configuration["x"]

    first = tune(fifo(4), objective, folder=tmp_path)
    again = tune(fifo(4), x, folder=tmp_path)
    assert [r.status for r in first] == ["finished", "finished", "cut"]
    assert [r.trial_id for r in again] == [0, 1, 2, 2, 3]
    assert all(a.ended <= b.started for a, b in pairwise(again))


def test_a_trial_that_was_cut_is_none_of_max_trials(tmp_path):
    def objective(configuration):
        if len(lines(tmp_path)) > 5:
            raise KeyboardInterrupt
        return configuration["x"]

    first = tune(fifo(), objective, folder=tmp_path, max_trials=3)
    again = tune(fifo(), x, folder=tmp_path, max_trials=3)
    assert [r.status for r in first] == ["finished", "finished", "cut"]
    assert [(r.trial_id, r.status) for r in again[3:]] == [(2, "finished")]


def test_seconds_and_trials_of_earlier_runs_count(tmp_path):
    tune(fifo(), x, folder=tmp_path, max_trials=3)
    assert len(tune(fifo(), x, folder=tmp_path, max_trials=3)) == 3
    assert len(tune(fifo(), x, folder=tmp_path, max_trials=5)) == 5
    spent = tune(fifo(), x, folder=tmp_path, max_trials=5).duration
    assert len(tune(fifo(), x, folder=tmp_path, max_seconds=spent / 2)) == 5


@pytest.mark.parametrize(
    ("scheduler", "settings", "message"),
    [
        (lambda: fifo(9), {}, "with scheduler 'ASHA', not 'FIFOScheduler'"),
        (lambda: asha(seed=1), {}, "decides otherwise at trial 0"),
        (lambda: hpo.ASHA(searcher(), 2, 4, 2), {}, "decides otherwise at trial 0"),
        (lambda: asha(max_trials=2), {}, "decides otherwise at trial"),
        (asha, {"metric": "loss"}, "with metric 'validation_error', not 'loss'"),
    ],
)
def test_another_search_s_folder_is_refused_in_one_line(tmp_path, scheduler, settings, message):
    tune(asha(), epochs_of(tmp_path / "log"), folder=tmp_path)
    before = (tmp_path / "results.jsonl").read_bytes()
    with pytest.raises(ValueError, match=message) as caught:
        tune(scheduler(), epochs_of(tmp_path / "log"), folder=tmp_path, **settings)
    assert "\n" not in str(caught.value) and "choose another folder" in str(caught.value)
    assert (tmp_path / "results.jsonl").read_bytes() == before


def test_a_broken_line_is_named(tmp_path):
    (tmp_path / "results.jsonl").write_text('{"event": "search"}\nnonsense\n')
    with pytest.raises(ValueError, match=r"results\.jsonl, line 2, is no line of a search"):
        tune(fifo(1), x, folder=tmp_path)


@pytest.mark.parametrize("damage", ["a job without its start", "a result without its curve"])
def test_a_result_that_cannot_be_read_is_named(tmp_path, damage):
    tune(fifo(1), x, folder=tmp_path)
    search, start, result = lines(tmp_path)
    del result["curve"]
    events = [search, result] if "start" in damage else [search, start, result]
    text = "".join(json.dumps(event) + "\n" for event in events)
    (tmp_path / "results.jsonl").write_text(text)
    message = rf"results\.jsonl, line {len(events)}, is no result of a job that was started"
    with pytest.raises(ValueError, match=message):
        tune(fifo(1), x, folder=tmp_path)


def test_a_folder_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "taken" / "results.jsonl").mkdir(parents=True)
    for name in ("file", "file/below", "taken"):
        with pytest.raises(
            ValueError, match=f"folder .*{name} can't be used .*choose"
        ) as error:
            tune(fifo(1), x, folder=tmp_path / name)
        assert "\n" not in str(error.value)


def test_a_folder_belongs_to_one_search_at_a_time(tmp_path):
    refused = []

    def objective(configuration):
        with pytest.raises(ValueError, match="being written by another search") as error:
            tune(fifo(1), x, folder=tmp_path)
        refused.append(error)
        return configuration["x"]

    before = tune(fifo(2), objective, folder=tmp_path)
    assert len(refused) == 2
    assert list(tune(fifo(2), x, folder=tmp_path)) == list(before)


def test_a_full_disk_ends_the_search_and_running_again_goes_on(tmp_path):
    tuner = hpo.Tuner(fifo(30), x, folder=tmp_path, progress=False)
    path = tmp_path / "results.jsonl"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (900, limits[1]))
    try:
        with pytest.raises(OSError, match=r"results\.jsonl can't be written any more .*again"):
            tuner.run()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    tuner._journal.write("later")  # after a gap: dropped
    assert path.stat().st_size == 900 and 0 < len(tuner.results) < 30
    again = tune(fifo(30), x, folder=tmp_path)
    assert [r.error for r in again] == [r.error for r in tune(fifo(30), x)]


def test_promoted_trials_go_on_from_their_checkpoint(tmp_path):
    halving = hpo.SuccessiveHalving(searcher(), 2, 10, 2, max_rounds=1)
    results = tune(halving, epochs_of(tmp_path / "log"), folder=tmp_path)
    epochs = trained(tmp_path / "log")
    assert len(epochs) == len(set(epochs)) == results.resource_spent() == 34
    left = sorted(path.name for path in (tmp_path / "checkpoints").glob("*/*"))
    assert left == ["resource_10"] + ["resource_2"] * 4 + ["resource_4"] * 2 + ["resource_8"]


def test_a_job_that_fails_leaves_the_checkpoint_before_it(tmp_path):
    def objective(configuration, resource, checkpoint):
        (checkpoint / "half").touch()
        if resource > 1:
            raise OSError("no")
        return configuration["x"]

    tune(hpo.SuccessiveHalving(searcher(), 1, 2, 2, max_rounds=1), objective, folder=tmp_path)
    left = sorted(path.name for path in (tmp_path / "checkpoints").glob("*/*"))
    assert left == ["resource_1", "resource_1"]


SCRIPT = """
import sys
from dlcourse import hpo
from tests.dlcourse.hpo.objectives import epochs_of, searcher, tune

folder, log, slow = sys.argv[1:]
scheduler = hpo.SuccessiveHalving(searcher(), 1, 4, 2, max_rounds=1)
with hpo.WorkerPool(2, preload=()) as pool:
    results = tune(scheduler, epochs_of(log, slow=float(slow)), pool, folder=folder)
print(results.resource_spent(), results.best.trial_id)
"""


def test_a_search_that_is_killed_goes_on_and_trains_only_what_was_cut_off_again(tmp_path):
    folder, log = tmp_path / "search", tmp_path / "log"

    def start(slow):
        return subprocess.Popen(
            [sys.executable, "-c", SCRIPT, folder, log, str(slow)],
            stdout=subprocess.PIPE,
            text=True,
        )

    killed = start(0.3)
    journal = folder / "results.jsonl"
    wait_for(lambda: journal.exists() and journal.read_text().count('"result"') >= 4)
    killed.kill()
    killed.communicate(timeout=PATIENCE)
    events = [json.loads(line)["event"] for line in journal.read_text().splitlines()]
    running = events.count("start") - events.count("result")
    out, _ = start(0).communicate(timeout=PATIENCE)
    scheduler = hpo.SuccessiveHalving(searcher(), 1, 4, 2, max_rounds=1)
    reference = tune(scheduler, epochs_of(tmp_path / "reference"))
    assert out.split() == [str(reference.resource_spent()), str(reference.best.trial_id)]
    epochs = trained(log)
    assert set(epochs) == set(trained(tmp_path / "reference"))
    again = len(epochs) - len(set(epochs))
    assert again <= 2 * running <= 4  # the jobs cut off, of at most 2 epochs each
    assert not list(folder.glob("checkpoints/*/running-*"))
