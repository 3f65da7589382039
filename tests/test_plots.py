"""The figures: labelled, honest about what they were given, and readable by everybody."""

from itertools import combinations
from types import SimpleNamespace

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from course import plots
from course.plots.style import CARD, GREY, INK, STYLE_SHEET, luminance

BOWL = SimpleNamespace(
    value=lambda theta: theta @ theta, minimum=np.zeros(2), bounds=((-1, 1), (-2, 2))
)
CURVE = SimpleNamespace(
    predicted=np.array([0.1, 0.5]), observed=np.array([0.2, 0.4]), count=np.array([30, 10])
)
COST = SimpleNamespace(threshold=np.array([0.0, 0.5, 1.0]), cost=np.array([3.0, 1.0, 2.0]))
RUNS = np.array([[3.0, 2.0, 1.0], [5.0, 2.0, 0.0]])

FIGURES = {
    "contours": lambda ax: plots.contours(BOWL, {"sgd": [[0.5, 1], [0, 0.1]]}, ax=ax),
    "learning_curves": lambda ax: plots.learning_curves({"sgd": RUNS}, ylabel="loss", ax=ax),
    "annotated_lines": lambda ax: plots.annotated_lines(
        {"a": ([0, 1], [1, 2])}, xlabel="step", ylabel="loss", notes={"here": (1, 2)}, ax=ax
    ),
    "schedules": lambda ax: plots.schedules({"step": [0.1, 0.01]}, ax=ax),
    "mean_and_spread": lambda ax: plots.mean_and_spread({"a": [1, 2.0]}, xlabel="loss", ax=ax),
    "calibration": lambda ax: plots.calibration({"a": CURVE}, ax=ax),
    "cost_curve": lambda ax: plots.cost_curve({"a": COST}, ylabel="cost (EUR)", ax=ax),
    "heat_map": lambda ax: plots.heat_map(
        np.eye(2), rows=[1, 2], columns=[3, 4], xlabel="lr", ylabel="batch", label="loss", ax=ax
    ),
    "confusion_matrix": lambda ax: plots.confusion_matrix([[3, 1], [0, 2]], ax=ax),
    "filters": lambda ax: plots.filters(np.ones((2, 3, 3, 3)), ax=ax),
    "image_grid": lambda ax: plots.image_grid(np.ones((2, 4, 4)), ax=ax),
}


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def cycle():
    with plots.style():
        return mpl.rcParams["axes.prop_cycle"].by_key()


def contrast(first, second):
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


# The simulation of Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def lab(color, vision):
    """CIE L*a*b* of a colour as someone with this vision sees it."""
    channels = np.array(to_rgb(color))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(VISION[vision]) @ linear, 0, 1)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    x, y, z = np.cbrt(to_xyz @ seen / [0.9505, 1.0, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("vision", VISION)
def test_inks_stay_apart_in_every_colour_vision(vision):
    for first, second in combinations([*cycle()["color"]], 2):
        distance = np.linalg.norm(lab(first, vision) - lab(second, vision))
        assert distance > 20, (first, second)


def test_inks_and_text_stand_out_from_the_card():
    assert all(contrast(color, CARD) >= 3 for color in cycle()["color"])
    assert contrast(INK, CARD) >= 7
    assert contrast(GREY, CARD) >= 4.5


def test_no_ink_would_do_on_both_pages_without_the_card():
    greys = [str(level) for level in np.linspace(0, 1, 256)]
    best = max(min(contrast(grey, "#ffffff"), contrast(grey, "#121212")) for grey in greys)
    assert best < 4.5


def test_colour_is_never_the_only_carrier():
    styles = cycle()["linestyle"]
    assert len({str(style) for style in styles}) == len(styles) == 6
    ax = plots.learning_curves({str(i): RUNS + i for i in range(6)}, ylabel="loss")
    assert len({line.get_marker() for line in ax.lines}) == 6


def test_the_style_sheet_and_the_named_inks_agree():
    with plots.style():
        assert to_rgb(mpl.rcParams["figure.facecolor"]) == to_rgb(CARD)
        assert to_rgb(mpl.rcParams["savefig.facecolor"]) == to_rgb(CARD)
        assert to_rgb(mpl.rcParams["text.color"]) == to_rgb(INK)
        assert to_rgb(mpl.rcParams["xtick.color"]) == to_rgb(GREY)
    assert STYLE_SHEET.name == "book.mplstyle"


@pytest.mark.parametrize("name", FIGURES)
def test_figures_draw_on_the_axes_given_and_leave_no_global_state(name):
    before = dict(mpl.rcParams)
    _, ax = plots.subplots()
    assert FIGURES[name](ax) is ax
    ax.figure.canvas.draw()
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("name", FIGURES)
def test_figures_make_their_own_axes_in_the_course_style(name):
    ax = FIGURES[name](None)
    assert to_rgb(ax.figure.get_facecolor()) == to_rgb(CARD)
    ax.figure.canvas.draw()


@pytest.mark.parametrize("name", sorted(set(FIGURES) - {"image_grid", "mean_and_spread"}))
def test_both_axes_are_labelled(name):
    ax = FIGURES[name](None)
    assert ax.get_xlabel()
    assert ax.get_ylabel()


def test_every_public_figure_is_drawn_here():
    assert set(plots.__all__) == {*FIGURES, "activations_by_layer", "style", "subplots"}


def test_saved_figures_are_opaque(tmp_path):
    FIGURES["learning_curves"](None).figure.savefig(tmp_path / "figure.png")
    pixels = plt.imread(tmp_path / "figure.png")
    assert pixels[0, 0, :3] == pytest.approx(to_rgb(CARD), abs=0.01)
    assert pixels.shape[-1] == 3 or pixels[..., 3].min() == 1


def test_learning_curves_draw_mean_and_sample_deviation():
    ax = plots.learning_curves({"sgd": RUNS}, ylabel="loss")
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [4, 2, 0.5])
    band = ax.collections[0].get_paths()[0].vertices
    at_start = band[band[:, 0] == 0, 1]
    assert at_start.max() == pytest.approx(4 + np.sqrt(2))
    assert at_start.min() == pytest.approx(4 - np.sqrt(2))
    assert ax.get_legend().get_title().get_text() == "mean and sd of 2 seeds"


def test_learning_curves_can_show_the_range():
    ax = plots.learning_curves({"sgd": RUNS}, ylabel="loss", spread="range")
    band = ax.collections[0].get_paths()[0].vertices
    assert (band[:, 1].min(), band[:, 1].max()) == (0, 5)


def test_a_learning_curve_ends_where_its_first_seed_diverges():
    runs = np.array([[1.0, 2.0, 3.0], [1.0, np.inf, np.nan]])
    ax = plots.learning_curves({"sgd": runs}, ylabel="loss")
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [1, np.nan, np.nan])


def test_a_single_run_has_no_band():
    ax = plots.learning_curves({"sgd": [3.0, 2.0]}, ylabel="loss")
    assert not ax.collections
    assert ax.get_legend().get_title().get_text() in ("", "None")


def test_contours_mark_start_end_and_minimum():
    ax = plots.contours(BOWL, {"sgd": [[0.5, 1.0], [0.2, 0.3], [0.1, 0.0]]})
    marked = [tuple(c.get_offsets()[0]) for c in ax.collections if len(c.get_offsets()) == 1]
    assert (0.5, 1.0) in marked, "start"
    assert (0.0, 0.0) in marked, "minimum"
    assert ax.lines[0].get_markevery() == [2], "end"
    assert (ax.get_xlim(), ax.get_ylim()) == ((-1, 1), (-2, 2))


def test_contours_evaluate_the_landscape_where_they_draw_it():
    slope = SimpleNamespace(value=lambda theta: theta[0] + 10 * theta[1], bounds=((0, 1), (0, 1)))
    ax = plots.contours(slope)
    line = max(ax.collections[-1].get_paths()[8].to_polygons(closed_only=False), key=len)
    heights = line[:, 0] + 10 * line[:, 1]
    assert np.ptp(heights) < 0.05


@pytest.mark.parametrize(
    ("end", "label"),
    [
        ([5.0, 0.0], "sgd (ends outside)"),
        ([np.nan, 0.0], "sgd (diverges)"),
        ([1e300, 0.0], "sgd (ends outside)"),
    ],
)
def test_a_trajectory_that_leaves_the_figure_says_so(end, label):
    ax = plots.contours(BOWL, {"sgd": [[0.5, 1.0], end]})
    ax.figure.canvas.draw()
    assert label in ax.get_legend_handles_labels()[1]


def test_mean_and_spread_writes_its_numbers_and_shows_the_noise_floor():
    ax = plots.mean_and_spread(
        {"a": [1.0, 3.0], "b": [5.0]}, xlabel="loss", reference="a", noise_floor=0.5, decimals=1
    )
    assert [text.get_text() for text in ax.texts] == ["2.0 ± 1.4", "5.0"]
    (band,) = ax.patches
    assert (band.get_x(), band.get_x() + band.get_width()) == (1.5, 2.5)


def test_activations_share_one_scale_and_say_their_deviation():
    rng = np.random.default_rng(0)
    layers = {"layer 1": rng.normal(size=1000), "layer 2": 0.01 * rng.normal(size=1000)}
    figure = plots.activations_by_layer(layers)
    first, second = figure.axes
    assert np.ptp(first.patches[0].get_data().edges) == np.ptp(second.patches[0].get_data().edges)
    assert first.patches[0].get_data().values.sum() == pytest.approx(100)
    assert second.patches[0].get_data().values.max() > 45, "a signal that dies out is a spike"
    assert second.get_title("left") == f"layer 2, sd {layers['layer 2'].std():.2g}"
    assert first.get_xlabel() and first.get_ylabel()


def test_activations_of_dead_layers_can_be_drawn():
    figure = plots.activations_by_layer({"layer 1": np.zeros(10)})
    assert figure.axes[0].get_title("left") == "layer 1, sd 0"


def test_a_confusion_matrix_has_true_classes_in_rows():
    ax = plots.confusion_matrix([[8, 2], [1, 4]], labels=["paid", "default"])
    written = {text.get_position(): text.get_text() for text in ax.texts}
    assert written[(1, 0)] == "2", "column 1, row 0: paid, taken for default"
    np.testing.assert_allclose(ax.images[0].get_array(), [[80, 20], [20, 80]])


def test_numbers_in_cells_can_be_read_on_every_shade():
    shades = np.linspace(0, 1, 40)[None]
    ax = plots.heat_map(shades, rows=[""], columns=[""] * 40, xlabel="x", ylabel="y", label="shade")
    for text, shade in zip(ax.texts, shades[0], strict=True):
        assert contrast(text.get_color(), ax.images[0].to_rgba(shade)) >= 4.5


@pytest.mark.parametrize(("best", "corner"), [("max", (0.5, -0.5)), ("min", (-0.5, 0.5))])
def test_the_best_cell_is_framed_and_failed_runs_are_crossed(best, corner):
    ax = plots.heat_map(
        [[np.nan, 3.0], [1.0, 2.0]],
        rows=[1, 2],
        columns=[3, 4],
        xlabel="lr",
        ylabel="batch",
        label="loss",
        best=best,
    )
    assert ax.patches[0].get_xy() == corner
    assert [text.get_text() for text in ax.texts] == ["×", "3.0", "1.0", "2.0"]
    assert ax.texts[0].get_color() == "#000000"


def test_filters_have_a_column_per_output_and_one_scale():
    weight = np.arange(2 * 3 * 4 * 5.0).reshape(2, 3, 4, 5)
    ax = plots.filters(weight)
    np.testing.assert_array_equal(ax.images[1].get_array(), weight[1, 0])
    assert {image.get_clim() for image in ax.images} == {(-119, 119)}
    assert len(ax.get_xticks()) == 2
    assert len(ax.get_yticks()) == 3


@pytest.mark.parametrize("shape", [(5, 8, 8), (5, 1, 8, 8), (5, 8, 8, 3)])
def test_image_grids_take_grey_and_coloured_images(shape):
    ax = plots.image_grid(np.random.default_rng(0).random(shape), titles=list("abcde"), columns=3)
    assert len(ax.images) == len(ax.texts) == 5
    left, right, bottom, top = ax.images[4].get_extent()
    assert (left, top) == pytest.approx((1.2, 1.5)), "the fifth of three columns: row 1, column 1"


def test_calibration_bars_are_binomial_standard_errors():
    ax = plots.calibration({"a": CURVE})
    low, high = ax.collections[0].get_segments()[0][:, 1]
    assert high - low == pytest.approx(2 * np.sqrt(0.2 * 0.8 / 30))


def test_cost_curves_mark_their_lowest_point():
    ax = plots.cost_curve({"a": COST}, ylabel="cost", threshold=0.3)
    assert ax.lines[0].get_markevery() == [1]
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["a (lowest at 0.50)", "in theory (0.30)"]


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (
            lambda: plots.contours(BOWL, {"sgd": np.ones(7)}),
            r"trajectory 'sgd' must have shape \(steps \+ 1, 2\), got \(7,\)",
        ),
        (
            lambda: plots.learning_curves({"a": np.ones((2, 3, 4))}, ylabel="loss"),
            r"curve 'a' must have shape \(seeds, epochs\), got \(2, 3, 4\)",
        ),
        (
            lambda: plots.learning_curves({"a": RUNS}, ylabel="loss", spread="sem"),
            "spread must be 'sd' or 'range', got 'sem'",
        ),
        (
            lambda: plots.mean_and_spread({"a": [[1.0]]}, xlabel="loss"),
            r"scores of 'a' must have shape \(seeds,\), got \(1, 1\)",
        ),
        (
            lambda: plots.mean_and_spread({"a": [1.0]}, xlabel="loss", reference="b"),
            r"reference must be one of \['a'\], got 'b'",
        ),
        (
            lambda: plots.activations_by_layer({"layer 1": [np.nan]}),
            "layer 'layer 1' holds values that are not finite",
        ),
        (
            lambda: plots.activations_by_layer({"layer 1": [1.0]}, axes=[]),
            "got 0 axes for 1 layers",
        ),
        (lambda: plots.image_grid(np.ones(5)), r"images must have shape .* got \(5,\)"),
        (
            lambda: plots.image_grid(np.ones((2, 3, 3)), titles=["a"]),
            "got 1 titles for 2 images",
        ),
        (lambda: plots.filters(np.ones((3, 3))), r"weight must have shape .* got \(3, 3\)"),
        (
            lambda: plots.confusion_matrix(np.ones((2, 3))),
            r"counts must be square, got \(2, 3\)",
        ),
        (
            lambda: plots.heat_map(
                np.ones((3, 2)), rows=[1, 2], columns=[1, 2, 3], xlabel="x", ylabel="y", label="z"
            ),
            r"values must have shape \(2, 3\), got \(3, 2\)",
        ),
    ],
)
def test_bad_input_is_named(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
