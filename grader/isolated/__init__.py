"""Grading with hidden tests kept out of the student's process.

A submission runs in two sandboxes. S runs the notebook; C, the checker, runs the instructor's
cells and every test cell, and calls what the student wrote through a narrow channel. A cell
scores only by C's own answer, given over a socket that S does not have.

Inside the sandboxes, where the rest of `grader` cannot be seen, run `frames`, `protocol`,
`shared`, `describe`, `gradients` and `peer` at both ends, `serve` at the student's, `proxies`
and `checker` at the other; `launch` brings their source text there. `names`, `seeds`,
`session`, `run` and `verify` run outside.
"""
