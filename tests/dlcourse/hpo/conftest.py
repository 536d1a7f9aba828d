"""Worker processes that the tests of a module share."""

import pytest

from dlcourse import hpo


@pytest.fixture(scope="module")
def pool():
    with hpo.WorkerPool(2) as pool:
        yield pool
