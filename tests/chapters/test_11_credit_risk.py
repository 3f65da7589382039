"""What the chapter on credit risk says in words is what its cells have printed."""

import re

import prose
import pytest

CHAPTER = prose.chapter("11-credit-risk")
OPTIMIZERS = ("SGD, momentum 0.9", "Adam", "AdamW")
STRATEGIES = ("class weights", "over-sampling", "under-sampling", "focal loss")
COMPONENTS = {
    "dates": "difference",
    "derived columns": "difference",
    "missing indicators": "difference",
    "hidden layers": "difference",
    "dropout": "tie",
    "weight decay": "tie",
    "cosine schedule": "tie",
    "restored epoch": "tie",
}


def numbers(cell: str, start: str) -> list[float]:
    """Return the numbers of the one line that starts so, behind that start."""
    lines = [line for line in prose.printed(CHAPTER, cell).splitlines() if line.startswith(start)]
    assert len(lines) == 1, f"{cell} printed {len(lines)} lines that start with {start!r}"
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", lines[0].removeprefix(start))]


def words() -> str:
    return " ".join(prose.prose(CHAPTER).split())


def test_model_b_is_ten_points_above_what_can_be_known():
    (score,), (ceiling,) = numbers("failure", "model B"), numbers("best", "best reachable")
    assert score - ceiling == pytest.approx(10, abs=0.5)


def test_only_the_postcode_out_of_fold_is_harmless():
    honest, sd = numbers("leaks", "a random number")
    assert numbers("leaks", "postcode, rate of all rows")[0] > honest + 5
    assert numbers("leaks", "postcode, rate of training rows")[0] < honest - 5
    assert numbers("leaks", "postcode, out of fold")[0] == pytest.approx(honest, abs=sd)
    ceiling = numbers("baseline", "best reachable")[0]
    assert all(numbers("leaks", leak)[0] > ceiling for leak in ("reminders", "last contact"))


def test_scaling_by_all_rows_changes_nothing():
    assert numbers("leak-scaling", "medians and means of all rows: AUC") == [0.0, 0.0]


def test_each_check_finds_the_leak_that_it_is_praised_for():
    text = prose.printed(CHAPTER, "leak-checks")
    assert "later than the application: last_contact\nreminders " in text


def test_columns_bring_more_than_anything_that_follows():
    before, after = (
        numbers("baseline", name)[0] for name in ("columns as they are", "dates, derived columns")
    )
    network = numbers("network", "network ")[0]
    assert after - before > 1.5 > abs(network - after)


def test_the_majority_has_the_accuracy_and_nothing_else():
    always_paid = {line.split()[0]: line.split()[1] for line in metrics_lines()}
    assert float(always_paid["accuracy"]) == pytest.approx(0.85, abs=0.01)
    assert {always_paid[k] for k in ("recall", "f1", "mcc", "kappa")} == {"0.00"}
    assert always_paid["roc_auc"] == "0.50" and always_paid["precision"] == "nan"


def metrics_lines() -> list[str]:
    return [line for line in prose.printed(CHAPTER, "metrics-table").splitlines()[1:] if line]


def test_the_network_loses_less_with_more_rows():
    few, many = (numbers("learning-curves", f"{n} rows:")[0] for n in (1000, 8000))
    assert few < many < 0


def test_the_bare_network_memorizes_and_the_recipe_does_not():
    low, _, end, _ = numbers("learning-curves", "bare ")
    assert end > low + 0.04
    low, _, end, _ = numbers("learning-curves", "recipe ")
    assert end < low + 0.02


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_no_strategy_improves_the_ranking(strategy):
    difference, _, half_width = numbers("imbalance", strategy)
    assert difference <= half_width


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_each_strategy_costs_more_until_it_is_repaired(strategy):
    cost, sd = numbers("decisions", "nothing")[4:6]
    *_, raw, _, repaired, _ = numbers("decisions", strategy)
    assert raw > cost + 3 * sd
    assert repaired < raw - 3 * sd


def test_weights_alone_are_repaired_completely():
    cost, sd = numbers("decisions", "nothing")[4:6]
    assert numbers("decisions", "class weights")[6] == pytest.approx(cost, abs=sd)


def test_the_shift_calibrates_the_weighted_model():
    assert numbers("decisions-figure", "weights ")[1] > 15
    assert numbers("decisions-figure", "shifted")[1] <= 2


def test_clipping_helps_with_typos_only():
    def mean(typos, max_norm):
        start = f"typos: {typos!s:5}  max_norm: {max_norm!s:4}  AUC"
        return numbers("clipping", start)[0]

    assert mean(False, None) == mean(False, 1.0)
    assert mean(True, 1.0) > mean(True, None) + 0.5


def test_updates_are_lost_at_both_rates_and_matter_at_one():
    def loss(lr, name):
        return numbers("precision", f"lr {lr}, {name}")

    assert loss("0.003", "bfloat16 only")[2] > 25
    assert loss("0.003", "bfloat16 only")[0] == loss("0.003", "float64 master copy")[0]
    assert loss("0.0003", "bfloat16 only")[0] > loss("0.0003", "float64 master copy")[0] + 0.03


def test_architectures_are_a_dead_heat():
    lines = prose.printed(CHAPTER, "architectures").splitlines()
    means = [float(re.search(r"AUC (\S+)", line)[1]) for line in lines if line]
    assert len(means) == 5 and max(means) - min(means) <= 0.6


def test_all_optimizers_lie_inside_the_noise_floor():
    (floor,) = numbers("optimizers", "noise floor, not paired:")
    for optimizer in OPTIMIZERS:
        for schedule in ("constant", "cosine"):
            difference = numbers("optimizers", f"{optimizer}, {schedule} ")[3]
            assert abs(difference) <= floor


@pytest.mark.parametrize("component", COMPONENTS)
def test_the_ablation_reports_differences_and_ties(component):
    difference, _, half_width = numbers("ablation", f"{component} ")
    is_tie = abs(difference) <= half_width
    assert is_tie == (COMPONENTS[component] == "tie")
    lines = prose.printed(CHAPTER, "ablation").splitlines()
    (line,) = [line for line in lines if line.startswith(f"{component} ")]
    assert line.endswith(COMPONENTS[component])


def test_the_ablation_is_declared_before_it_is_run():
    ids = [cell.id for cell in CHAPTER.cells]
    declaration = ids.index("ensemble-reading")
    assert declaration < ids.index("declared") < ids.index("ablation")
    for component in COMPONENTS:
        assert f"`{component}`" in CHAPTER.cells[declaration].source


@pytest.mark.parametrize(
    ("cell", "wrong", "right"), [("pitfall-over", "wrong, over", "right, split")]
)
def test_pitfalls_are_shown_beside_what_is_right(cell, wrong, right):
    assert numbers(cell, wrong)[0] > numbers(cell, right)[0] + 20


def test_pairs_make_the_difference_much_sharper():
    paired, unpaired = numbers("pitfall-paired", "sd of the difference:")
    assert unpaired > 3 * paired


def test_a_checkpoint_resumes_to_the_bit():
    assert prose.printed(CHAPTER, "checkpoint").rstrip().endswith("equal to the bit: True")


def test_no_cell_is_exempt_from_the_comparison_of_outputs():
    assert not [cell.id for cell in CHAPTER.cells if cell.metadata.get("tags")]
