"""Every notebook of the course, run by nbval against stored text outputs."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "book" / "_ext"))
