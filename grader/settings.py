"""Settings every course shares; a course's nbgrader_config.py calls `configure`."""

from __future__ import annotations

from traitlets.config import Config


def configure(config: Config) -> None:
    """Set up nbgrader's own commands and its formgrader the way `grader` works."""
    config.GenerateAssignment.preprocessors = [
        "nbgrader.preprocessors.IncludeHeaderFooter",
        "grader.release.DropSolutionOnly",
        "nbgrader.preprocessors.LockCells",
        "nbgrader.preprocessors.ClearSolutions",
        "nbgrader.preprocessors.ClearOutput",
        "nbgrader.preprocessors.CheckCellMetadata",
        "nbgrader.preprocessors.ComputeChecksums",
        "nbgrader.preprocessors.SaveCells",
        "nbgrader.preprocessors.ClearHiddenTests",
        "nbgrader.preprocessors.ClearMarkScheme",
        "nbgrader.preprocessors.ComputeChecksums",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    # Hidden tests stay out of the student's process. For a set whose tests cannot run so:
    # c.ProblemSets.modes = {"name": "compat"}.
    config.ProblemSets.mode = "isolated"
    # nbgrader's default stub; what a student sees must say what to do in both languages.
    config.ClearSolutions.code_stub = {
        "python": "# Write your code here. | 여기에 코드를 작성하세요.\n"
        "raise NotImplementedError()"
    }
    config.ClearSolutions.text_stub = "*Your answer | 답안*"
    # What a submission holds or prints must not run in the instructor's formgrader.
    config.HTMLExporter.sanitize_html = True
    config.HTMLExporter.preprocessors = ["grader.formpage.CleanPage"]
    config.HTMLExporter.filters = {"markdown2html": "grader.formpage.markdown_html"}
    # The formgrader's own autograde button runs submissions too; it must not do so as you.
    config.Execute.kernel_manager_class = "grader.provisioner.SandboxKernelManager"
    config.GenerateFeedback.exporter_class = "grader.feedback.FeedbackExporter"
    # A deleted test comes back and fails; grader.restore brings back answers' cells as well.
    config.OverwriteCells.add_missing_cells = True
