"""Benchmarks against the project's targets; `python -m tests.bench` runs them.

A module ``area_NAME.py`` here is an area. Its functions marked with
`tests.bench.registry.benchmark` measure and yield `tests.bench.registry.Measurement`.
"""
