import math
from collections import namedtuple

Record = namedtuple("Record", "configuration error runtime")


def run_search(scheduler, objective, clock):
    def timed(configuration):
        start = clock()
        try:
            error = float(objective(configuration))
        except Exception:
            error = math.nan
        return error, clock() - start

    records = []
    for trial_id, configuration in iter(scheduler.suggest, None):
        error, runtime = timed(configuration)
        records.append(Record(configuration, error, runtime))
        scheduler.report(trial_id, error)
    return records
