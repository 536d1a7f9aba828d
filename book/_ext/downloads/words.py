"""What the printed books say themselves, in each language."""

from __future__ import annotations

TITLE = {"en": "Deep Learning, Side by Side", "ko": "나란히 배우는 딥러닝"}
SUBTITLE = {
    "en": "A course with code that runs and problem sets that grade themselves",
    "ko": "실행되는 코드와 자동으로 채점되는 과제로 배우는 강의",
}
CONTENTS = {"en": "Contents", "ko": "차례"}
AUTHOR = {
    "en": "The authors of Deep Learning, Side by Side",
    "ko": "나란히 배우는 딥러닝 지은이들",
}
