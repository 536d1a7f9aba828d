"""Release, run, grade and report nbgrader problem sets.

nbgrader's formats, gradebook and scoring are kept; what this package replaces is how
notebooks written by strangers are run: each in a bubblewrap sandbox of its own.
"""
