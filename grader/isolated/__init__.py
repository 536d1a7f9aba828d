"""Grading with hidden tests kept out of the student's process.

A submission runs in two sandboxes. S runs the notebook; C, the checker, runs the instructor's
cells and every test cell, and calls what the student wrote through a narrow channel. A cell
scores only by C's own answer, given over a socket that S does not have.

`protocol`, `shared`, `peer`, `serve`, `proxies` and `checker` run inside the sandboxes, where
the rest of `grader` cannot be seen; `launch` brings their source text there. `names` and
`session` run outside.
"""
