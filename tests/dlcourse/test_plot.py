"""Drawings, the live plot and the progress bar, outside a notebook and inside one."""

import matplotlib
import nbformat
import pytest
import torch
from matplotlib import pyplot as plt
from nbclient import NotebookClient

from dlcourse import data, gan, nn, plot

matplotlib.use("agg")


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def history():
    return gan.History([0.6, 0.7], [0.9, 0.8], [9, 9], [1.0, 1.0], [9.0, 9.0])


def test_the_losses_are_drawn_over_the_epochs():
    axes = plot.losses(history())
    lines = {line.get_label(): line for line in axes.lines}
    assert list(lines["discriminator"].get_xdata()) == [1, 2]
    assert list(lines["discriminator"].get_ydata()) == [0.6, 0.7]
    assert list(lines["generator"].get_ydata()) == [0.9, 0.8]
    assert axes.get_xlabel() == "epoch" and axes.get_ylabel() == "loss"


def test_drawings_use_the_axes_given():
    _, axes = plt.subplots()
    assert plot.losses(history(), axes) is axes
    assert plot.points(torch.zeros(2, 2), torch.zeros(3, 2), axes) is axes
    assert plot.image_grid(torch.zeros(2, 1, 4, 4), ax=axes) is axes


def test_points_of_both_kinds_are_told_apart():
    axes = plot.points(torch.zeros(2, 2), torch.ones(3, 2, requires_grad=True))
    real, generated = axes.collections
    assert real.get_offsets().shape == (2, 2) and generated.get_offsets().shape == (3, 2)
    assert tuple(real.get_facecolor()[0]) != tuple(generated.get_edgecolor()[0])
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["real", "generated"]


def test_the_grid_puts_images_row_by_row_on_white():
    images = data.emoji(count=5)
    sheet = plot.image_grid(images, columns=3).images[0].get_array()
    assert sheet.shape == (128, 192, 3)
    assert (sheet[:64, 128:] == images[2].permute(1, 2, 0).numpy()).all()
    assert (sheet[64:, 64:128] == images[4].permute(1, 2, 0).numpy()).all()
    assert (sheet[64:, 128:] == 255).all()


def test_the_grid_takes_grey_images_in_the_unit_range():
    sheet = plot.image_grid(torch.full((2, 1, 4, 4), -1.0)).images[0].get_array()
    assert sheet.shape == (4, 8, 3) and sheet.max() == 0


def test_what_cannot_be_drawn_is_named():
    with pytest.raises(ValueError, match="nothing to draw"):
        plot.losses(gan.History())
    with pytest.raises(ValueError, match=r"generated: expected shape \(n, 2\), got \(2, 3\)"):
        plot.points(torch.zeros(2, 2), torch.zeros(2, 3))
    with pytest.raises(ValueError, match=r"images: expected shape .*got \(3, 4, 4\)"):
        plot.image_grid(torch.zeros(3, 4, 4))
    with pytest.raises(ValueError, match="columns must be at least 1, got 0"):
        plot.image_grid(torch.zeros(1, 3, 4, 4), columns=0)
    with pytest.raises(ValueError, match="every must be at least 1, got 0"):
        plot.LivePlot(torch.zeros(1, 2), every=0)


def train_points(callback, num_epochs=4):
    generator, discriminator = nn.linear_generator(), nn.tanh_discriminator()
    return gan.train(
        generator,
        discriminator,
        data.gaussian_points(20),
        num_epochs=num_epochs,
        batch_size=10,
        latent_dim=2,
        generator_optimizer=gan.adam(generator, 0.01),
        discriminator_optimizer=gan.adam(discriminator, 0.01),
        callback=callback,
    )


@pytest.mark.parametrize(("live", "drawings"), [("0", 1), ("1", 2)])
def test_the_live_plot_draws_when_it_is_due(monkeypatch, live, drawings):
    monkeypatch.setenv("DLCOURSE_LIVE", live)
    drawn = []
    monkeypatch.setattr(
        "dlcourse.plot.gan.losses", lambda history, ax: drawn.append(len(history))
    )
    live_plot = plot.LivePlot(torch.randn(5, 2), data.gaussian_points(5), every=2)
    train_points(live_plot)
    assert drawn == [2, 4][-drawings:]
    assert len(live_plot.figure.axes) == 2
    assert plt.get_fignums() == []  # nothing is left for pyplot to show again


def test_the_live_plot_shows_images_as_a_grid():
    generator = nn.dcgan_generator(4, 2)
    training = gan.Training(generator, generator, None, None, 1, history())
    live_plot = plot.LivePlot(torch.randn(9, 4))
    live_plot(training)
    assert live_plot.figure.axes[1].images[0].get_array().shape == (192, 192, 3)
    assert generator.training  # drawing left the mode as it was


def test_the_progress_bar_shows_in_a_terminal_and_clears_itself(monkeypatch, capfd):
    monkeypatch.setenv("DLCOURSE_LIVE", "1")
    train_points(None)
    shown = capfd.readouterr().err
    assert "0/4" in shown and "epoch" in shown
    assert shown.rsplit("\r", 1)[-1] == "" and "\n" not in shown
    monkeypatch.setenv("DLCOURSE_LIVE", "0")
    train_points(None)
    assert capfd.readouterr().err == ""


CELLS = {
    "setup": """
        import os, torch
        from dlcourse import data, gan, nn, plot
        def train(callback=None):
            g, d = nn.linear_generator(), nn.tanh_discriminator()
            gan.train(g, d, data.gaussian_points(20), num_epochs=6, batch_size=10,
                      latent_dim=2, generator_optimizer=gan.adam(g, 0.01),
                      discriminator_optimizer=gan.adam(d, 0.01), callback=callback)
        """,
    "unattended": """
        train()
        """,
    "unattended plot": """
        train(plot.LivePlot(torch.randn(9, 2), data.gaussian_points(9)))
        """,
    "live": """
        os.environ["DLCOURSE_LIVE"] = "1"
        train()
        """,
    "live plot": """
        train(plot.LivePlot(torch.randn(9, 2), data.gaussian_points(9)))
        """,
}


@pytest.fixture(scope="module")
def executed():
    """Run the cells in a kernel as a page is built; return their outputs and messages."""
    import textwrap

    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(textwrap.dedent(code)) for code in CELLS.values()]
    )
    updates = []

    class Client(NotebookClient):
        def process_message(self, message, cell, index):
            if message["msg_type"] == "update_display_data":
                updates.append((index, message["content"]["data"]))
            return super().process_message(message, cell, index)

    Client(notebook, timeout=120, kernel_name="python3").execute()
    names = list(CELLS)
    outputs = dict(zip(names, (cell.outputs for cell in notebook.cells), strict=True))
    return outputs, [(names[index], data) for index, data in updates]


def test_a_page_gets_one_figure_and_nothing_else(executed):
    outputs, _ = executed
    assert outputs["unattended"] == []
    (figure,) = outputs["unattended plot"]
    assert figure["output_type"] == "display_data"
    assert figure["data"]["image/png"]
    assert figure["data"]["text/plain"] == "losses and samples after 6 epochs"


def test_an_unattended_run_draws_once(executed):
    _, updates = executed
    assert [cell for cell, _ in updates if cell.startswith("unattended")] == []


def test_a_reader_sees_updates_and_keeps_one_figure(executed):
    outputs, updates = executed
    texts = [data["text/plain"] for cell, data in updates if cell == "live plot"]
    assert "losses and samples after 2 epochs" in texts
    figures = [o for o in outputs["live plot"] if "image/png" in o.get("data", {})]
    assert len(figures) == 1
    assert figures[0]["data"]["text/plain"] == "losses and samples after 6 epochs"
    # The progress bar's place is empty at the end, and nothing went to stderr.
    bars = [o for o in outputs["live"] + outputs["live plot"] if o not in figures]
    assert all(o["output_type"] == "display_data" for o in bars)
    assert all(o["data"]["text/html"] == "" for o in bars)
    assert any("epoch" in data.get("text/html", "") for _, data in updates)
