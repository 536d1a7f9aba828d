"""What the directives say, in English and in Korean.

`` `code` `` and ``$maths$`` are allowed.
"""

from __future__ import annotations

Both = tuple[str, str]

NUMBER: Both = ("No.", "번호")
TASK: Both = ("Task", "문제")
POINTS: Both = ("Points", "배점")
GRADED: Both = ("Graded", "채점")
BY_MACHINE: Both = ("by machine", "자동")
BY_HAND: Both = ("by hand", "수동")
BOTH_WAYS: Both = ("by machine and by hand", "자동, 수동")
TOTAL: Both = ("Total", "합계")

PROBLEM_SET: Both = ("Problem set", "과제")
TASKS: Both = ("Tasks", "문제 수")
TIME: Both = ("Time", "걸리는 시간")
DEADLINE: Both = ("Deadline", "마감")
DOWNLOAD: Both = ("Download", "내려받기")
COLAB: Both = ("Colab", "Colab")
COLAB_LIBRARY: Both = ("The library on Colab", "Colab의 라이브러리")
BINDER: Both = ("Binder", "Binder")
JUPYTERHUB: Both = ("JupyterHub", "JupyterHub")

NO_DEADLINE: Both = ("your instructor sets it", "강의자가 정합니다")
OPEN_COLAB: Both = ("Open in Colab", "Colab에서 열기")
OPEN_BINDER: Both = ("Open in Binder", "Binder에서 열기")
OPEN_JUPYTERHUB: Both = ("Open on JupyterHub", "JupyterHub에서 열기")
UPLOAD_COLAB: Both = (
    "Download the file, then choose File, Upload notebook in Colab.",
    "파일을 내려받은 다음 Colab에서 파일, 노트북 업로드를 차례로 고릅니다.",
)
UPLOAD_JUPYTERHUB: Both = (
    "Download the file, then upload it with the arrow above the list of files.",
    "파일을 내려받은 다음 파일 목록 위의 화살표 버튼으로 올립니다.",
)
NOT_RELEASED: Both = ("This problem set is not released yet.", "아직 배포되지 않은 과제입니다.")


def minutes(least: int, most: int) -> Both:
    """How long a set takes."""
    return f"{least} to {most} minutes", f"{least}~{most}분"


def source_for_colab(address: str) -> Both:
    """What to answer when the first cell asks for the library's address."""
    return (
        f"If the first cell asks for an address, it is `{address}`.",
        f"첫 번째 셀이 주소를 물으면 다음을 넣습니다. `{address}`",
    )
