"""Syne Tune's experiments come back as our results, and its searchers drive our schedulers.

The runs start real processes; each is kept to a few seconds.
"""

import itertools
import logging
import os
import statistics

import numpy as np
import pytest
from syne_tune import StoppingCriterion, Tuner
from syne_tune.backend import PythonBackend
from syne_tune.config_space import loguniform, randint, uniform
from syne_tune.experiments import load_experiment
from syne_tune.optimizer.baselines import ASHA, BORE, TPE, RandomSearch

from dlcourse import hpo
from dlcourse.hpo import syne

FIRST = {"learning_rate": 0.1, "batch_size": 128}
SPACE = {
    "learning_rate": loguniform(1e-2, 1),
    "batch_size": randint(32, 256),
    "max_epochs": 3,
}


def falling(learning_rate, batch_size, max_epochs):
    import time

    from syne_tune import Reporter

    report = Reporter()
    for epoch in range(1, max_epochs + 1):
        time.sleep(0.1)
        report(epoch=epoch, error=learning_rate + batch_size / 1000 + 1 / epoch)


def failing(learning_rate, batch_size, max_epochs):
    if batch_size == 128:
        raise ArithmeticError("a batch of 128 is one too many")
    from syne_tune import Reporter

    Reporter()(epoch=1, error=learning_rate)


def random_search(space=SPACE, seed=0, **keywords):
    return RandomSearch(
        space, metrics=["error"], points_to_evaluate=[FIRST], random_seed=seed, **keywords
    )


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    """Three trials at least of a random search on two processes, and where they were."""
    folder = tmp_path_factory.mktemp("syne")
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.chdir(home)
        patch.setattr("syne_tune.num_gpu._num_gpus", None)  # not counted yet
        results = syne.run_syne_tune(
            falling, SPACE, random_search(), num_workers=2, max_trials=3, folder=folder
        )
    return results, folder, home


def test_results_hold_what_the_function_reported(searched):
    results, _, _ = searched
    finished = [result for result in results if result.status == "finished"]
    assert len(finished) >= 3
    for result in finished:
        rate, size = (result.configuration[name] for name in FIRST)
        assert [point["epoch"] for point in result.curve] == [1, 2, 3]
        assert [point["error"] for point in result.curve] == pytest.approx(
            [rate + size / 1000 + 1 / epoch for epoch in (1, 2, 3)]
        )
        assert result.error == pytest.approx(rate + size / 1000 + 1 / 3)
        assert set(result.curve[0]) == {"epoch", "error"}
        assert result.resource == 3
        assert set(result.configuration) == set(SPACE)
    assert results.best is min(finished, key=lambda result: result.error)
    assert results.metric == "error"


def test_the_first_configuration_comes_first(searched):
    results, _, _ = searched
    first = next(result for result in results if result.trial_id == 0)
    assert first.configuration == {**FIRST, "max_epochs": 3}


def test_times_are_those_of_the_processes(searched):
    results, _, _ = searched
    assert results.num_workers == 2
    for result in results:
        assert 0 < result.started <= result.ended <= results.duration
        if result.status == "finished":
            assert result.ended - result.started >= 0.3, "three epochs of 0.1 s"
    for worker in (0, 1):
        mine = sorted(
            (result.started, result.ended) for result in results if result.worker == worker
        )
        assert mine
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(mine))


def test_files_land_in_the_folder_and_nowhere_else(searched):
    _, folder, home = searched
    (experiment,) = folder.iterdir()
    assert (experiment / "results.csv.zip").exists()
    assert (experiment / "0" / "std.out").exists()
    assert not list(home.iterdir())
    assert syne.FOLDER_VARIABLE not in os.environ


def test_runs_of_asha_through_syne_tunes_own_interface(capsys, caplog):
    space = {**SPACE, "max_epochs": 4}
    with syne.quiet() as folder:
        tuner = Tuner(
            trial_backend=PythonBackend(falling, space),
            scheduler=ASHA(
                space,
                metric="error",
                time_attr="epoch",
                max_t=4,
                grace_period=1,
                reduction_factor=2,
                points_to_evaluate=[
                    FIRST,
                    {"learning_rate": 0.5, "batch_size": 250},
                    {"learning_rate": 0.9, "batch_size": 250},
                ],
            ),
            stop_criterion=StoppingCriterion(max_num_trials_finished=2),
            n_workers=1,
            sleep_time=0.02,
        )
        tuner.run()
        experiment = load_experiment(tuner.name)
        results = syne.from_experiment(experiment)
    assert not folder.exists()
    by_trial = {result.trial_id: result for result in results}
    assert by_trial[0].status == "finished"
    assert by_trial[0].resource == 4, "the first to reach every rung runs to the end"
    assert by_trial[1].resource == 4, "the worse of two is not stopped in Syne Tune 0.16"
    assert by_trial[2].status == "finished"
    assert by_trial[2].resource < 4, "the worst of three is"
    assert results.num_workers == 1
    output = capsys.readouterr()
    assert output.out == output.err == ""
    assert not caplog.records


def test_quiet_restores_what_it_changed(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(syne.FOLDER_VARIABLE, "before")
    level = logging.root.manager.disable
    with syne.quiet(tmp_path / "inner") as folder:
        assert os.environ[syne.FOLDER_VARIABLE] == str(folder) == str(tmp_path / "inner")
        print("hidden")
        assert not logging.getLogger("syne_tune").isEnabledFor(logging.WARNING)
    assert os.environ[syne.FOLDER_VARIABLE] == "before"
    assert logging.root.manager.disable == level
    assert folder.is_dir()
    print("shown")
    assert capsys.readouterr().out == "shown\n"


def test_quiet_shows_what_was_printed_when_the_block_fails(tmp_path, capsys):
    with pytest.raises(ArithmeticError), syne.quiet(tmp_path):
        print("the reason")
        raise ArithmeticError
    assert "the reason" in capsys.readouterr().err


def test_quiet_refuses_a_folder_with_spaces(tmp_path):
    with pytest.raises(ValueError, match="folder without spaces"), syne.quiet(tmp_path / "a b"):
        pass


def test_a_failed_trial_is_marked_with_its_traceback():
    results = syne.run_syne_tune(
        failing, SPACE, random_search(), num_workers=1, max_trials=2, sleep_time=0.05
    )
    by_trial = {result.trial_id: result for result in results}
    assert by_trial[0].status == "failed"
    assert "ArithmeticError: a batch of 128" in by_trial[0].traceback
    assert by_trial[0].curve == []
    assert by_trial[1].status == "finished"
    assert results.best is by_trial[1]


def test_time_up_cuts_running_trials_off():
    space = {**SPACE, "max_epochs": 1000}
    results = syne.run_syne_tune(
        falling, space, random_search(space), num_workers=2, max_seconds=3
    )
    assert {result.trial_id: result.status for result in results} == {0: "cut", 1: "cut"}
    assert all(len(result.curve) < 1000 for result in results)
    assert results.best is None


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({}, "give max_seconds or max_trials"),
        ({"max_trials": 0}, "max_trials must be at least 1, got 0"),
    ],
)
def test_a_run_without_an_end_is_refused(keywords, message):
    with pytest.raises(ValueError, match=message):
        syne.run_syne_tune(falling, SPACE, random_search(), **keywords)


def with_default(learning_rate, batch_size, max_epochs=3):
    return learning_rate


def test_functions_that_syne_tune_would_break_are_refused():
    def closed_over(learning_rate, batch_size, max_epochs):
        return reason

    def uses_modules(learning_rate, batch_size, max_epochs):
        return np.exp(statistics.mean([learning_rate, len([batch_size])]))

    reason = "from outside"
    for function, message in (
        (with_default, "with_default has default values"),
        (closed_over, r"closed_over uses \['reason'\] from outside"),
        (uses_modules, r"uses_modules uses \['np', 'statistics'\] from outside"),
        (print, "tune_function must be a plain function"),
    ):
        with pytest.raises(ValueError, match=message):
            syne.run_syne_tune(function, SPACE, random_search(), max_trials=1)


def test_an_experiment_that_is_gone_is_refused(tmp_path):
    experiment = load_experiment("never-run", local_path=str(tmp_path))
    with pytest.raises(ValueError, match="there is no experiment in"):
        syne.from_experiment(experiment)


def quadratic(configuration):
    """Smallest, 0, inside the cube."""
    target = {"a": 0.3, "b": 0.6, "c": 0.8}
    return sum((configuration[name] - value) ** 2 for name, value in target.items())


CUBE = {"a": uniform(0, 1), "b": uniform(0, 1), "c": uniform(0, 1)}


def errors_of(searcher, num_trials=20):
    scheduler = hpo.FIFOScheduler(searcher, max_trials=num_trials)
    errors = []
    while (job := scheduler.suggest()) is not None:
        assert all(0 <= job.configuration[name] <= 1 for name in CUBE)
        errors.append(quadratic(job.configuration))
        assert scheduler.report(job.trial_id, errors[-1])
    return errors


def test_bayesian_optimization_finds_better_than_random_search():
    seeds = range(4)
    guided, blind = (
        [errors_of(syne.SyneTuneSearcher(make(seed), seed=seed)) for seed in seeds]
        for make in (
            lambda seed: BORE(CUBE, metric="error", random_seed=seed),
            lambda seed: RandomSearch(CUBE, metrics=["error"], random_seed=seed),
        )
    )
    assert statistics.median(map(min, guided)) < 0.7 * statistics.median(map(min, blind))
    later = [statistics.mean(errors[10:]) for errors in guided]
    assert max(later) < statistics.mean(statistics.mean(errors[10:]) for errors in blind)


@pytest.mark.parametrize("make", [BORE, TPE])
def test_the_seed_fixes_every_configuration_and_leaves_numpy_alone(make):
    def errors(seed):
        scheduler = make(CUBE, metric="error", random_seed=seed)
        return errors_of(syne.SyneTuneSearcher(scheduler, seed=seed), 9)

    np.random.seed(7)
    before = np.random.get_state()[1].tolist()
    first = errors(1)
    assert np.random.get_state()[1].tolist() == before
    np.random.seed(8)
    assert errors(1) == first
    assert errors(2) != first


def test_configurations_hold_constants_and_plain_numbers():
    searcher = syne.SyneTuneSearcher(random_search())
    assert searcher.sample_configuration() == {**FIRST, "max_epochs": 3}
    for _ in range(20):
        configuration = searcher.sample_configuration()
        assert list(configuration) == list(SPACE)
        assert type(configuration["batch_size"]) is int
        assert type(configuration["learning_rate"]) is float
        assert 32 <= configuration["batch_size"] <= 256
        assert 1e-2 <= configuration["learning_rate"] <= 1


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_failures_do_not_stop_the_search(bad, caplog):
    searcher = syne.SyneTuneSearcher(BORE(CUBE, metric="error", random_seed=0))
    for trial in range(9):
        configuration = searcher.sample_configuration()
        searcher.update(configuration, bad if trial % 3 == 0 else quadratic(configuration))
    assert set(searcher.sample_configuration()) == set(CUBE)
    assert not caplog.records


def test_configurations_of_others_are_refused():
    with pytest.raises(ValueError, match="did not choose the configuration"):
        syne.SyneTuneSearcher(random_search()).update({"a": 0.5}, 0.1)


def test_schedulers_that_do_not_fit_are_refused():
    with pytest.raises(TypeError, match="ASHA is no Syne Tune scheduler that leaves"):
        syne.SyneTuneSearcher(ASHA(SPACE, metric="error", time_attr="epoch", max_t=4))
    with pytest.raises(ValueError, match="exactly one metric"):
        syne.SyneTuneSearcher(BORE(CUBE, metric="accuracy", do_minimize=False))


def test_a_space_that_is_used_up_is_told():
    scheduler = random_search()
    scheduler.suggest = lambda: None
    with pytest.raises(RuntimeError, match="no configuration left"):
        syne.SyneTuneSearcher(scheduler).sample_configuration()
