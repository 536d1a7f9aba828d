from __future__ import annotations

from pathlib import Path

import pytest

from .tiny import TinyCourse


@pytest.fixture
def tiny(tmp_path: Path) -> TinyCourse:
    """A fresh tiny course with nothing handed in."""
    return TinyCourse(tmp_path)
