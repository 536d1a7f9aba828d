"""Thirty invented students with Korean and international names."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

NAMES = """
강서연 kang-seoyeon
권도현 kwon-dohyun
김민준 kim-minjun
김하은 kim-haeun
노유진 noh-yujin
문지호 moon-jiho
박서준 park-seojun
배수아 bae-sua
서지우 seo-jiwoo
송예린 song-yerin
신우진 shin-woojin
안채원 ahn-chaewon
윤시우 yoon-siwoo
이도윤 lee-doyun
이지아 lee-jia
임하준 lim-hajun
정다은 jung-daeun
최현우 choi-hyunwoo
Abebe,Selam abebe-selam
Andersson,Nils andersson-nils
Costa,Mariana costa-mariana
Dubois,Élodie dubois-elodie
Haddad,Omar haddad-omar
Ivanova,Darya ivanova-darya
Kovács,Bence kovacs-bence
Müller,Jonas mueller-jonas
Nguyễn,Minh nguyen-minh
O'Connor,Aoife oconnor-aoife
Sharma,Ananya sharma-ananya
Tanaka,Ren tanaka-ren
"""


@dataclass(frozen=True)
class Person:
    """One line of the class list."""

    id: str
    first_name: str
    last_name: str

    @property
    def korean(self) -> bool:
        """Whether this student writes in Korean."""
        return "가" <= self.last_name[0] <= "힣"


def _person(line: str) -> Person:
    name, _, student = line.rpartition(" ")
    last, comma, first = name.partition(",")
    # A Korean name has its family name first, in one syllable, and no comma.
    return Person(student, first, last) if comma else Person(student, name[1:], name[0])


PEOPLE = tuple(_person(line) for line in NAMES.strip().splitlines())


def roster() -> str:
    """The class list as `grader roster` reads it."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["id", "last_name", "first_name", "email"])
    for one in PEOPLE:
        table.writerow([one.id, one.last_name, one.first_name, f"{one.id}@example.edu"])
    return text.getvalue()
