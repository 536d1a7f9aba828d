"""Say what a figure was measured on."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import psutil
import torch


def describe() -> str:
    """Return one line: processor, cores, memory, system, Python, torch, load."""
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{processor()}, {os.cpu_count()} cores ({torch.get_num_threads()} threads), "
        f"{memory:.0f} GiB; {platform.system()} {platform.release()}; "
        f"Python {platform.python_version()}, torch {torch.__version__}; "
        f"load {psutil.getloadavg()[0]:.1f}"
    )


def processor() -> str:
    """Return the processor's name where the system tells it."""
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
