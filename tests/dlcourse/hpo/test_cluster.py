"""A real cluster of worker processes, as `dask scheduler` and `dask worker` make one."""

import os
import signal
import time
from pathlib import Path

import psutil
import pytest
from distributed import Client, LocalCluster

from dlcourse import hpo
from tests.dlcourse.hpo.objectives import PATIENCE, epochs_of, fifo, searcher, trained, tune, x

WORKERS = 4


@pytest.fixture(scope="module")
def client():
    with (
        LocalCluster(
            n_workers=WORKERS, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        Client(cluster) as client,
    ):
        client.wait_for_workers(WORKERS, timeout=PATIENCE)
        yield client


def test_the_cluster_says_how_many_workers_it_has(client):
    tuner = hpo.Tuner(fifo(8), x, client.get_executor(), progress=False)
    assert tuner.num_workers == WORKERS
    results = tuner.run()
    assert {r.trial_id: r.error for r in results} == {
        r.trial_id: r.error for r in tune(fifo(8), x)
    }


def test_one_objective_twice_is_two_runs(client, tmp_path):
    def objective(configuration):
        with (tmp_path / "log").open("a") as log:
            log.write("run\n")
        return 0.5

    constant = hpo.RandomSearcher({"x": 1})
    results = tune(hpo.FIFOScheduler(constant, 5), objective, client.get_executor())
    assert len(results) == (tmp_path / "log").read_text().count("run") == 5


def test_failing_and_hanging_jobs_fail_alone(client):
    def objective(configuration):
        if configuration["x"] < 0.3:
            raise OSError("no")
        while configuration["x"] < 0.6:
            time.sleep(0.01)
        return configuration["x"]

    results = tune(fifo(8), objective, client.get_executor(), job_timeout=4.0)
    for result in results:
        kept = result.configuration["x"] >= 0.6
        assert result.status == ("finished" if kept else "failed")
        if not kept:
            assert "in objective" in result.traceback
    assert 0 < sum(result.status == "failed" for result in results) < len(results) == 8


def test_a_killed_worker_costs_no_trial_and_counts_none_twice(client, tmp_path):
    log = tmp_path / "log"
    train = epochs_of(log, slow=0.1)

    def objective(configuration, resource, checkpoint):
        (tmp_path / f"pid_{os.getpid()}").write_text(str(configuration["x"]))
        yield from train(configuration, resource, checkpoint)

    killed = []

    def kill_one(results):
        if len(results) == 3:
            busy = {int(path.name[4:]) for path in tmp_path.glob("pid_*")}
            killed.append(sorted(busy & set(client.run(os.getpid).values()))[0])
            os.kill(killed[0], signal.SIGKILL)

    scheduler = hpo.SuccessiveHalving(searcher(), 1, 4, 2, max_rounds=3)
    results = tune(
        scheduler,
        objective,
        client.get_executor(),
        folder=tmp_path / "search",
        callback=kill_one,
    )
    assert killed and not psutil.pid_exists(killed[0])
    assert scheduler.finished
    keys = [(result.trial_id, result.resource) for result in results]
    assert len(keys) == len(set(keys))
    assert {result.status for result in results} == {"finished"}
    rungs = {resource: len(found) for resource, found in results.rungs().items()}
    assert rungs == {1: 12, 2: 6, 4: 3}
    for result in results:
        assert result.error == result.configuration["x"] / result.resource
    epochs = trained(log)
    wanted = {
        (r.configuration["x"], float(epoch))
        for r in results
        for epoch in range(1, r.resource + 1)
    }
    assert set(epochs) == wanted
    assert len(epochs) - len(wanted) <= 2  # the job that was lost, at most two epochs


def test_a_job_that_kills_every_worker_fails_and_the_search_goes_on(client, tmp_path):
    def objective(configuration):
        if configuration["x"] == 13:
            os._exit(9)
        return configuration["x"]

    values = iter([1, 13, 2, 3])
    scheduler = hpo.FIFOScheduler(hpo.RandomSearcher({"x": 0}), 4)
    scheduler.searcher.sample_configuration = lambda: {"x": next(values)}
    results = tune(scheduler, objective, client.get_executor())
    assert sorted((r.trial_id, r.status) for r in results) == [
        (0, "finished"),
        (1, "failed"),
        (2, "finished"),
        (3, "finished"),
    ]
    (failed,) = [result for result in results if result.status == "failed"]
    assert "KilledWorker" in failed.traceback


def test_a_folder_that_workers_do_not_see_is_named(client, tmp_path):
    client.wait_for_workers(1, timeout=PATIENCE)  # the test before may have killed them
    tuner = hpo.Tuner(
        hpo.FIFOScheduler(searcher(), 2, resource=1),
        epochs_of(tmp_path / "log"),
        client.get_executor(),
        folder=tmp_path / "search",
        progress=False,
    )
    submit = tuner._submit

    def elsewhere(run):
        tuner._checkpoints = Path("/no/such/folder")
        submit(run)

    tuner._submit = elsewhere
    with pytest.raises(ValueError, match=r"/no/such/folder is not there.*all workers share"):
        tuner.run()


def test_a_cluster_without_workers_is_said():
    with (
        LocalCluster(n_workers=0, processes=False, dashboard_address=None) as cluster,
        Client(cluster) as client,
        pytest.raises(ValueError, match="the cluster has no worker yet"),
    ):
        hpo.Tuner(fifo(1), x, client.get_executor())
