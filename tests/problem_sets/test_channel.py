from __future__ import annotations

import pytest

from . import channel


def test_a_student_that_never_answers_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "MOST_SECONDS", 1.0)
    endless = "import time\nwhile True:\n    time.sleep(1)"
    with channel.student([(endless, False)]) as connection:
        connection.settimeout(60)
        assert connection.recv(1) == b""
