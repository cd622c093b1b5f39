"""hccbook.exercises: right answers pass, each known mistake gets its own hint."""

import math

import numpy as np
import pytest
from scipy.stats import chi2, norm, t

from hccbook import accuracy, audit, display, exercises

GIVEN = {
    "il6-sii-lab.1": {"i2": "60", "events": 60},
    "il6-sii-lab.2": {"ratio": "0.64", "lower": "0.45", "upper": "0.91"},
    "il6-sii-lab.3": {"seed": 7},
    "il6-sii-lab.4": {
        "effect": np.array([0.95, 0.3, 0.7, -0.9, 0.1, 0.5, 0.45]),
        "se": np.array([0.10, 0.22, 0.18, 0.25, 0.21, 0.19, 0.28]),
    },
    "il6-sii-lab.5": {"first": ("1.90", "1.15", "3.14"), "second": ("1.10", "0.66", "1.83")},
    "il6-sii-lab.6": {"ratio": 1.5, "se": 0.20, "tau": 0.35, "k": 6},
    "magnesium-lab.1": {"apparent": 0.157},
    "magnesium-lab.2": {"median_high": 12, "median_low": 6, "shape": 2},
    "magnesium-lab.3": {"seed": 7},
    "mri-lab.1": {
        "path": {
            "lambda": [0.20, 0.16, 0.12, 0.09, 0.07, 0.05],
            "error": [1.38, 1.33, 1.27, 1.23, 1.21, 1.24],
            "standard error": [0.05, 0.06, 0.07, 0.07, 0.08, 0.09],
        }
    },
    "mri-lab.2": {"apparent": 0.84, "own": 0.88, "test": 0.79},
    "mri-lab.3": {"group": 50, "early": 20},
    "mri-lab.4": {"short": 6, "long": 9},
    "mri-lab.5": {"seen": 40, "intervals": 150, "weeks": 8},
    "radiotherapy-lab.1": {},
    "radiotherapy-lab.2": {},
    "radiotherapy-lab.3": {"n": 60},
    "radiotherapy-lab.4": {"median": 12, "scan": 2, "share": 1 / 3},
    "reading-printed-numbers.1": {"seed": 7},
    "reading-printed-numbers.2": {"ratio": "0.62", "lower": "0.41", "upper": "0.94"},
    "reading-printed-numbers.3": {"lower": "0.520", "upper": "0.890"},
    "reading-printed-numbers.4": {"coefficient": "-0.916", "z": "-2.71"},
    "reading-printed-numbers.5": {"i2": "60", "p": "0.03"},
    "reading-printed-numbers.6": {"positives": 20, "negatives": 80, "auc": 0.90},
    "tipm-lab.1": {"variables": 12, "per_variable": 10, "share": 0.25},
    "tipm-lab.2": {"candidates": 20},
    "tipm-lab.3": {"beta": 0.90, "z": 2.25},
    "tipm-lab.4": {"fn": 6, "fp": 12, "n": 100},
    "tipm-lab.5": {"n": 80, "deaths": 25},
}
NAMES = list(exercises.EXERCISES)
SEEDS = range(1, 200)


def several(name, number):
    """Return a number as an answer, or as many of it as the exercise asks for."""
    return (number,) * len(parts) if (parts := exercises.EXERCISES[name].parts) else number


def distance(answer, other):
    """Return how far two answers are apart, in the number that differs most."""
    return np.max(np.abs(np.subtract(answer, other)))


@pytest.fixture
def said(monkeypatch):
    lines = []
    monkeypatch.setattr(display, "say", lambda *texts: lines.extend(texts))
    return lines


def test_every_exercise_is_tried_here():
    assert set(GIVEN) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_right_answer(said, name):
    exercise = exercises.EXERCISES[name]
    assert exercises.check(name, exercise.answer(**GIVEN[name]), **GIVEN[name]) is True
    assert said == [f"**✓ Right.** {exercise.praise}"]


@pytest.mark.parametrize("name", NAMES)
def test_each_mistake_gets_its_hint(said, name):
    exercise = exercises.EXERCISES[name]
    for value, hint in exercise.mistakes(**GIVEN[name]):
        assert distance(value, exercise.answer(**GIVEN[name])) > exercise.tolerance, hint
        assert exercises.check(name, value, **GIVEN[name]) is False
        assert said[-1] == f"**✗ Not yet.** {hint}"


@pytest.mark.parametrize("name", NAMES)
def test_any_other_answer_gets_the_general_hint(said, name):
    assert exercises.check(name, several(name, 1234.5), **GIVEN[name]) is False
    assert said == [f"**✗ Not yet.** {exercises.EXERCISES[name].hint}"]


def test_no_answer_yet(said):
    assert exercises.check(NAMES[0], None, **GIVEN[NAMES[0]]) is None
    assert "No answer yet" in said[0]


@pytest.mark.parametrize("answer", ["0.5", True, float("nan"), float("inf"), [1]])
def test_what_is_no_number_is_refused(answer):
    with pytest.raises(ValueError, match="answer: expected a number"):
        exercises.check(NAMES[0], answer, **GIVEN[NAMES[0]])


@pytest.mark.parametrize("answer", [1.5, (1.5, 1.1), (1.5, 1.1, "2"), (1.5, True, 2.2), "123"])
def test_an_answer_of_three_numbers_needs_three(answer):
    with pytest.raises(ValueError, match=r"answer: expected 3 numbers \(ratio, lower limit, "):
        exercises.check("il6-sii-lab.2", answer, **GIVEN["il6-sii-lab.2"])


def test_one_number_is_not_a_tuple_of_one():
    with pytest.raises(ValueError, match="answer: expected a number, got"):
        exercises.check("il6-sii-lab.1", (0.3,), **GIVEN["il6-sii-lab.1"])


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        ((1.56, 1.01, 2.22), "Right: ratio and upper limit. Look again at the lower limit."),
        ([1.65, 1.10, 0.22], "Right: lower limit. Look again at the ratio and the upper limit."),
    ],
)
def test_a_typo_is_told_from_what_is_right(said, answer, hint):
    assert exercises.check("il6-sii-lab.2", answer, **GIVEN["il6-sii-lab.2"]) is False
    assert said == [f"**✗ Not yet.** {hint}"]


def test_unknown_exercise():
    with pytest.raises(ValueError, match=r"name: .*'lab\.9'"):
        exercises.check("lab.9", 1)


@pytest.mark.parametrize("given", [{}, {"n": 60, "seed": 7}, {"seed": 7}])
def test_what_the_text_gives_must_be_there(given):
    with pytest.raises(ValueError, match=r"^given: expected what the text of radiotherapy-lab\.3"):
        exercises.check("radiotherapy-lab.3", 0.1, **given)


def test_worked_example_of_exercise_2():
    # Weibull, shape 2: S = exp(-(t/b)^2); medians b·sqrt(log 2), hazards 2t/b².
    assert exercises.EXERCISES["magnesium-lab.2"].answer(**GIVEN["magnesium-lab.2"]) == 0.25


def primer(number):
    name = f"reading-printed-numbers.{number}"
    return exercises.EXERCISES[name].answer(**GIVEN[name])


def test_the_percentages_of_the_primer_by_trying_every_count():
    for seed in range(1, 10):
        percents = exercises.shared_percentages(seed)

        def prints(n, percents=percents):
            near = (min(abs(100 * k / n - float(p)) for k in range(n + 1)) for p in percents)
            return all(distance <= 0.5 for distance in near)

        smallest = next(n for n in range(1, 100) if prints(n))
        assert exercises.EXERCISES["reading-printed-numbers.1"].answer(seed=seed) == smallest


@pytest.mark.parametrize("seed", range(1, 20))
def test_whatever_the_seed_no_mistake_in_the_percentages_is_right(seed):
    exercise = exercises.EXERCISES["reading-printed-numbers.1"]
    right = exercise.answer(seed=seed)
    assert all(mistake != right for mistake, _ in exercise.mistakes(seed=seed))


def test_percentages_are_the_same_for_the_same_seed():
    assert exercises.shared_percentages(7) == exercises.shared_percentages(7)
    assert exercises.shared_percentages(7) != exercises.shared_percentages(8)


@pytest.mark.parametrize("seed", [-1, 1.5, "7", None])
def test_percentages_need_a_seed(seed):
    with pytest.raises(ValueError, match="seed: expected a whole number"):
        exercises.shared_percentages(seed)


def test_p_from_an_interval_agrees_with_the_audit():
    p = primer(2)
    assert f"{p:.3f}" == "0.024"
    assert audit.p_from_interval("0.62", "0.41", "0.94", f"{p:.3f}").verdict == "exact"


def test_events_of_the_primer_by_hand():
    se = math.log(0.890 / 0.520) / (2 * 1.959964)
    assert primer(3) == 212
    assert 4 / se**2 == pytest.approx(primer(3), abs=1)


def test_odds_ratio_of_the_primer():
    assert primer(4) == pytest.approx(0.4, abs=0.001)


def test_only_one_number_of_studies_fits():
    fits = [k for k in range(2, 100) if f"{chi2.sf((k - 1) / 0.4, k - 1):.2f}" == "0.03"]
    assert fits == [primer(5)]


def test_least_brier_score_is_reached_and_not_passed():
    least = primer(6)
    # Two of twenty below all eighty: 18 at 1, and one prediction for the other 82.
    share = 2 / 82
    reached = (2 * (1 - share) ** 2 + 80 * share**2) / 100
    assert least == pytest.approx(reached, rel=1e-12)
    assert least == pytest.approx(
        audit.brier_bounds("0.02", 20, 80, auc="0.90")["area"].computed, rel=1e-12
    )


@pytest.mark.parametrize("ratio", ["0.62", "1.6"])
def test_mistakes_in_p_are_computed_as_named(ratio):
    given = {"ratio": ratio, "lower": "0.41", "upper": "1.94"}
    linear, one_sided, half_width, body, z = (
        mistake for mistake, _ in exercises.EXERCISES["reading-printed-numbers.2"].mistakes(**given)
    )
    se = math.log(1.94 / 0.41) / (2 * 1.96)
    assert z == pytest.approx(math.log(float(ratio)) / se)
    assert one_sided == pytest.approx(norm.sf(abs(z)))
    assert half_width == pytest.approx(2 * norm.sf(abs(z) / 2))
    assert body == pytest.approx(1 - 2 * one_sided)
    assert linear == pytest.approx(
        2 * norm.sf(abs(float(ratio) - 1) / ((1.94 - 0.41) / (2 * 1.96)))
    )


def test_seed_is_the_same_for_everyone_who_types_the_name():
    assert exercises.student_seed("a student") == exercises.student_seed("  A Student ")
    assert exercises.student_seed("a student") == 358567
    assert exercises.student_seed("another") != exercises.student_seed("a student")


@pytest.mark.parametrize("name", ["", "  ", None, 7])
def test_seed_needs_a_name(name):
    with pytest.raises(ValueError, match="name: "):
        exercises.student_seed(name)


def lab(number, **given):
    name = f"il6-sii-lab.{number}"
    return exercises.EXERCISES[name].answer(**(given or GIVEN[name]))


def test_spread_gives_back_the_i2_of_the_lab():
    tau2, within = lab(1) ** 2, 4 / 60
    assert tau2 / (tau2 + within) == pytest.approx(0.60)


def test_turning_round_by_hand():
    assert lab(2) == pytest.approx((1.5625, 1.0989, 2.2222), abs=1e-4)


def test_made_up_findings_are_turned_only_if_they_compare_low_against_high():
    kinds = set()
    for seed in SEEDS:
        text, *numbers, low_first = exercises.made_up_finding(seed)
        ratio, lower, upper = map(float, numbers)
        assert f"{numbers[0]} (95 % CI {numbers[1]} to {numbers[2]})" in text
        low_named = any(x in text for x in ("low against high", "reference: high", "Patients with"))
        assert low_first == low_named
        expected = (1 / ratio, 1 / upper, 1 / lower) if low_first else (ratio, lower, upper)
        assert lab(3, seed=seed) == expected
        assert audit.centre_of_interval(*numbers).verdict != "contradicted"
        kinds.add((low_first, ratio > 1))
    assert len(kinds) == 4


def test_whatever_the_seed_no_mistake_in_a_made_up_finding_is_right():
    exercise = exercises.EXERCISES["il6-sii-lab.3"]
    for seed in SEEDS:
        wrong = [mistake for mistake, _ in exercise.mistakes(seed=seed)]
        assert all(distance(exercise.answer(seed=seed), x) > exercise.tolerance for x in wrong)


@pytest.mark.parametrize("seed", [-1, 1.5, "7", None])
def test_made_up_findings_need_a_seed(seed):
    with pytest.raises(ValueError, match="seed: expected a whole number"):
        exercises.made_up_finding(seed)


def test_the_study_that_was_turned_is_found_and_turned_back():
    effect, se = np.abs(GIVEN["il6-sii-lab.4"]["effect"]), GIVEN["il6-sii-lab.4"]["se"]
    weight = se**-2.0
    mean = weight @ effect / weight.sum()
    q = weight @ (effect - mean) ** 2
    tau2 = max(0, (q - 6) / (weight.sum() - weight @ weight / weight.sum()))
    weight = 1 / (se**2 + tau2)
    assert tau2 > 0
    assert lab(4) == pytest.approx(math.exp(weight @ effect / weight.sum()))


def test_difference_of_subgroups_agrees_with_the_audit():
    given = GIVEN["il6-sii-lab.5"]
    p = lab(5)
    assert audit.interaction_p(given["first"], given["second"], f"{p:.3f}").verdict == "exact"


def test_limit_of_a_prediction_interval_by_hand():
    assert lab(6) == pytest.approx(1.5 * math.exp(t.ppf(0.975, 4) * math.sqrt(0.35**2 + 0.2**2)))


def test_answers_of_the_mri_lab_by_other_routes():
    def mri(number):
        name = f"mri-lab.{number}"
        return exercises.EXERCISES[name].answer(**GIVEN[name])

    # One standard error, row by row: only 0.20 and 0.16 lie above 1.21 + 0.08.
    assert mri(1) == 0.12
    # The early ones above all, the others tied: ties count half, as random order does.
    y, marker = np.repeat([1, 1, 0], [20, 30, 30]), np.repeat([2, 1, 1], [20, 30, 30])
    assert accuracy.auc(y, marker).value == pytest.approx(mri(3), rel=1e-12)

    def power(events):
        return norm.cdf(math.log(9 / 6) * math.sqrt(events) / 2 - norm.ppf(0.975))

    assert power(mri(4) - 1) < 0.80 <= power(mri(4))
    # Half of the patients pass the scans up to the median.
    assert (1 - 40 / 150) ** (mri(5) / 8) == pytest.approx(0.5, rel=1e-12)
