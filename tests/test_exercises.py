"""hccbook.exercises: right answers pass, each known mistake gets its own hint."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter
from scipy.special import expit, logit
from scipy.stats import chi2, norm, t

from hccbook import accuracy, audit, cohorts, display, exercises, prediction, reported, response
from hccbook.exercises import notebooks

#: What the notebooks write out, and what they compute.
GIVEN = {
    name: given | ({"seed": 7} if "seed" in given else {})
    for name, given in notebooks.of_the_book().items()
} | {
    "cxcl17-lab.1": {"observed": 3.3, "shuffled": np.linspace(1, 3.5, 200)},
    "cxcl17-lab.2": {"ratio": 1.17},
    "cxcl17-lab.3": {"deaths": 97, "patients": 227, "candidates": 16, "kept": 9},
    "cxcl17-lab.5": {"p": 0.0003, "tests": 36},
    "cxcl17-lab.6": {"tests": 36, "level": 0.05},
    "il6-sii-lab.4": {
        "effect": np.array([0.95, 0.3, 0.7, -0.9, 0.1, 0.5, 0.45]),
        "se": np.array([0.10, 0.22, 0.18, 0.25, 0.21, 0.19, 0.28]),
    },
    "magnesium-lab.1": {"apparent": 0.157},
    "primer-accuracy.4": {
        "sensitivity": [0.95, 0.85, 0.70, 0.40],
        "specificity": [0.30, 0.55, 0.75, 0.90],
    },
}
EXERCISES = exercises.load()
SEEDS = range(1, 200)


def right(name, **given):
    """Return the right answer of an exercise."""
    return EXERCISES[name].solve(**GIVEN[name] | given)[0]


def distance(answer, other):
    """Return how far two answers are apart, in the number that differs most."""
    return np.max(np.abs(np.subtract(answer, other)))


@pytest.fixture
def said(monkeypatch):
    lines = []
    monkeypatch.setattr(display, "say", lambda *texts: lines.extend(texts))
    return lines


# The mechanics: every exercise, and what is no answer


def test_right_answers_mistakes_and_others_are_told_apart(said):
    assert set(GIVEN) == set(EXERCISES)
    for name, given in GIVEN.items():
        exercise = EXERCISES[name]
        kind = tuple if exercise.parts else float
        other = (1234.5,) * len(exercise.parts) if exercise.parts else 1234.5
        solution, mistakes = exercise.solve(**given)
        assert exercises.check(name, kind(solution), **given) is True
        assert said.pop() == f"**✓ Right.** {exercise.praise}"
        for kind_of in (list, np.array, pd.Series) if exercise.parts else (np.float32, np.array):
            fine = exercise.tolerance > 1e-3 * np.abs(solution).max() or kind_of is not np.float32
            if fine:
                assert exercises.check(name, kind_of(solution), **given) is True
        for value, hint in mistakes:
            assert distance(value, solution) > exercise.tolerance, hint
            assert exercises.check(name, kind(value), **given) is False
            assert said.pop() == f"**✗ Not yet.** {hint}"
        assert exercises.check(name, other, **given) is False
        assert said.pop() == f"**✗ Not yet.** {exercise.hint}"
        assert exercises.check(name, None, **given) is None
        assert "No answer yet" in said.pop()


NONSENSE = (
    ("two thirds", "Expected a number, got 'two thirds'."),
    (True, "Expected a number, got True."),
    (np.nan, "Expected a number, got nan."),
    (10**400, "Expected a number, got 1"),
    ([], "Expected a number, got []."),
    ({"a": 1}, "Expected a number, got {'a': 1}."),
    ((0.3, 0.4), "Expected a number, got (0.3, 0.4)."),
    (len, "Expected a number, got <built-in function len>."),
)


@pytest.mark.parametrize(("answer", "sentence"), NONSENSE, ids=lambda x: str(x)[:20])
def test_nonsense_gets_one_sentence_and_the_notebook_runs_on(said, answer, sentence):
    assert exercises.check("il6-sii-lab.1", answer, **GIVEN["il6-sii-lab.1"]) is False
    assert said[0].startswith(f"**✗ Not yet.** {sentence}".rstrip("."))
    name = "il6-sii-lab.2"
    assert exercises.check(name, answer, **GIVEN[name]) is False
    assert "xpected 3 numbers (ratio, lower limit, upper limit)" in said[1]


def test_an_answer_with_too_few_decimals_is_told_so(said):
    told = 0
    for name in GIVEN:
        if EXERCISES[name].parts or not isinstance(right(name), float):
            continue
        solution, mistakes = EXERCISES[name].solve(**GIVEN[name])
        for digits in range(6):
            answer = round(float(solution), digits)
            off = abs(answer - solution)
            known = any(abs(answer - x) <= EXERCISES[name].tolerance for x, _ in mistakes)
            if EXERCISES[name].tolerance < off <= 0.05 * abs(solution) and not known:
                assert exercises.check(name, answer, **GIVEN[name]) is False
                assert said.pop() == "**… Right as far as it goes.** Give one more decimal."
                told += 1
    assert told > 10


def test_an_answer_on_another_scale_gets_the_hint_for_it(said):
    scales = {
        "per cent": lambda x: 100 * x,
        "a share": lambda x: x / 100,
        "the sign": lambda x: -x,
        "logarithm": np.log,
        "Upside down": lambda x: 1 / x,
    }
    told = dict.fromkeys(scales, 0)
    for name in GIVEN:
        solution = right(name)
        if EXERCISES[name].parts or not solution > 0:
            continue
        for words, change in scales.items():
            answer = float(change(solution))
            exercises.check(name, answer, **GIVEN[name])
            told[words] += words in said.pop()
    assert min(told.values()) > 10, told


def test_a_known_mistake_is_recognised_as_it_would_be_typed(said):
    told = tried = 0
    for name, given in GIVEN.items():
        if EXERCISES[name].parts:
            continue
        solution, mistakes = EXERCISES[name].solve(**given)
        for value, _ in mistakes:
            answer = float(f"{value:.3g}")
            if abs(answer - solution) <= EXERCISES[name].tolerance:
                continue
            assert exercises.check(name, answer, **given) is False
            hints = [f"**✗ Not yet.** {hint}" for _, hint in mistakes]
            tried, told = tried + 1, told + (said.pop() in hints)
    assert tried > 100
    assert told >= 0.97 * tried


def test_a_typo_is_told_from_what_is_right(said):
    name, right = "il6-sii-lab.2", "**✗ Not yet.** Right: "
    for answer in ((1.56, 1.01, 2.22), [1.65, 1.10, 0.22]):
        assert exercises.check(name, answer, **GIVEN[name]) is False
    assert said == [
        f"{right}ratio and upper limit. Look again at the lower limit.",
        f"{right}lower limit. Look again at the ratio and the upper limit.",
    ]


def test_whatever_the_seed_no_mistake_is_right():
    for name in ("reading-printed-numbers.1", "il6-sii-lab.3"):
        for seed in SEEDS:
            solution, mistakes = EXERCISES[name].solve(seed=seed)
            for mistake, hint in mistakes:
                assert distance(solution, mistake) > EXERCISES[name].tolerance, (seed, hint)


def test_seed_is_the_same_for_everyone_who_types_the_name():
    assert exercises.student_seed("a student") == exercises.student_seed("  A Student ")
    assert exercises.student_seed("a student") == 358567
    assert exercises.student_seed("another") != exercises.student_seed("a student")


# The answers, by other routes


def test_answers_of_the_primers_by_other_routes():
    name = "reading-printed-numbers.1"
    assert exercises.shared_percentages(7) == exercises.shared_percentages(7)
    for seed in range(1, 10):  # by trying every count
        percents = np.array(exercises.shared_percentages(seed), dtype=float)[:, None]
        away = (np.abs(100 * np.arange(n + 1) / n - percents).min(axis=1) for n in range(1, 100))
        assert right(name, seed=seed) == 1 + next(i for i, x in enumerate(away) if (x <= 0.5).all())
    for ratio in ("0.62", "1.6"):
        given = {"ratio": ratio, "lower": "0.41", "upper": "1.94"}
        p, mistakes = EXERCISES["reading-intervals.1"].solve(**given)
        linear, one_sided, half_width, body, z = (mistake for mistake, _ in mistakes)
        assert z == pytest.approx(math.log(float(ratio)) / (math.log(1.94 / 0.41) / 3.919928))
        assert one_sided == pytest.approx(norm.sf(abs(z))) == p / 2
        assert half_width == pytest.approx(2 * norm.sf(abs(z) / 2))
        assert body == pytest.approx(1 - 2 * one_sided)
        assert linear == pytest.approx(2 * norm.sf(abs(float(ratio) - 1) / (1.53 / 3.92)))
    # One patient is missing: no other group of 29 or 30 has this percentage.
    whole = ((k, n) for n in (29, 30) for k in range(n + 1))
    assert [x for x in whole if f"{100 * x[0] / x[1]:.1f}" == "41.4"] == [
        right("reading-printed-numbers.2")
    ]
    values = np.append(np.full(19, (20 * 70 - 620) / 19), 62)
    assert right("reading-printed-numbers.3") == pytest.approx(values.mean())
    assert f"{right('reading-intervals.1'):.3f}" == "0.024"
    events = right("reading-intervals.2")
    assert events == 212 == pytest.approx(4 / (math.log(0.890 / 0.520) / 3.919928) ** 2, abs=1)
    assert right("reading-intervals.3") == pytest.approx(0.4, abs=0.001)
    lower = right("reading-intervals.4")
    assert audit.centre_of_interval("0.50", f"{lower:.4f}", "0.80").verdict == "exact"
    positive = np.repeat([1, 0], [32, 16])  # of 40 with the outcome, and of 160 without
    assert right("reading-accuracy-and-pools.1") == pytest.approx(100 * positive.mean())
    # The lowest and the highest curve that rise through the point, by the trapezium rule.
    low, high = [(0, 0), (0.3, 0), (0.3, 0.8), (1, 0.8), (1, 1)], [(0, 0), (0, 0.8)]
    high += [(0.3, 0.8), (0.3, 1), (1, 1)]
    areas = [np.trapezoid(y, x) for x, y in (zip(*curve, strict=True) for curve in (low, high))]
    assert right("reading-accuracy-and-pools.2") == pytest.approx(areas)
    fits = [k for k in range(2, 100) if f"{chi2.sf((k - 1) / 0.4, k - 1):.2f}" == "0.03"]
    assert fits == [right("reading-accuracy-and-pools.3")]
    # Two of twenty below all eighty: 18 at 1, and one prediction for the other 82.
    reached = (2 * (1 - 2 / 82) ** 2 + 80 * (2 / 82) ** 2) / 100
    assert right("reading-accuracy-and-pools.4") == pytest.approx(reached, rel=1e-12)


def test_made_up_findings_are_turned_only_if_they_compare_low_against_high():
    kinds = set()
    for seed in SEEDS:
        text, *numbers, low_first = exercises.made_up_finding(seed)
        ratio, lower, upper = map(float, numbers)
        assert f"{numbers[0]} (95 % CI {numbers[1]} to {numbers[2]})" in text
        low_named = any(x in text for x in ("low against high", "reference: high", "Patients with"))
        assert low_first == low_named
        expected = (1 / ratio, 1 / upper, 1 / lower) if low_first else (ratio, lower, upper)
        assert tuple(right("il6-sii-lab.3", seed=seed)) == expected
        assert audit.centre_of_interval(*numbers).verdict != "contradicted"
        kinds.add((low_first, ratio > 1))
    assert len(kinds) == 4


def test_answers_of_the_meta_analysis_lab_by_other_routes():
    tau2, within = right("il6-sii-lab.1") ** 2, 4 / 60
    assert tau2 / (tau2 + within) == pytest.approx(0.60)
    assert right("il6-sii-lab.2") == pytest.approx((1.5625, 1.0989, 2.2222), abs=1e-4)
    # The study that was turned is turned back.
    effect, se = np.abs(GIVEN["il6-sii-lab.4"]["effect"]), GIVEN["il6-sii-lab.4"]["se"]
    weight = se**-2.0
    mean = weight @ effect / weight.sum()
    q = weight @ (effect - mean) ** 2
    tau2 = max(0, (q - 6) / (weight.sum() - weight @ weight / weight.sum()))
    weight = 1 / (se**2 + tau2)
    assert tau2 > 0
    assert right("il6-sii-lab.4") == pytest.approx(math.exp(weight @ effect / weight.sum()))
    groups = GIVEN["il6-sii-lab.5"].values()
    assert audit.interaction_p(*groups, f"{right('il6-sii-lab.5'):.3f}").verdict == "exact"
    limit = 1.5 * math.exp(t.ppf(0.975, 4) * math.sqrt(0.35**2 + 0.2**2))
    assert right("il6-sii-lab.6") == pytest.approx(limit)


def test_answers_of_the_primer_on_response_by_other_routes():
    def judged(total):
        sums = {"patient": 1, "day": [0, 56, 112], "lesion": "a", "target": True}
        return response.timepoints(pd.DataFrame(sums | {"diameter": [60, 22, total]}))

    progression = right("primer-response.1")
    assert judged(progression)["response"].tolist()[-1] == "PD"
    assert judged(progression - 0.1)["response"].tolist()[-1] == "PR"
    exact = accuracy.proportion(9, 30)
    assert right("primer-response.3") == pytest.approx((100 * exact.lower, 100 * exact.upper))
    volume = 2 ** (right("primer-response.4") / 100)
    assert volume == pytest.approx(1.2**3)
    # Half of those who are alive at the scan are alive at the median of responders.
    assert 0.5 ** (right("primer-response.5") / 10) == pytest.approx(0.5 * 0.5 ** (4 / 10))


def test_answers_of_the_survival_primer_by_other_routes():
    curve = KaplanMeierFitter().fit([3, 5, 6, 8, 10], [1, 0, 1, 0, 1])
    assert right("primer-survival.1") == pytest.approx(curve.predict(8))
    assert right("primer-survival.2") == pytest.approx(1.2)
    error = audit.standard_error("0.40", "0.90").value
    assert right("primer-survival.3") == pytest.approx(4 / error**2)
    for seed in range(1, 5):
        mine = cohorts.load("magnesium", "derivation", seed, reading="medians")
        there = mine.query("high_magnesium == 1 and pfs_months >= 6")
        assert right("primer-survival.4", seed=seed) == len(there)


def test_answers_of_the_primer_on_prediction_by_other_routes():
    # Log-odds add up.
    assert right("primer-prediction.1") == pytest.approx(expit(logit(0.2) + math.log(3)))
    assert right("primer-prediction.2") == pytest.approx(2.4)
    for seed in range(1, 5):
        mine = cohorts.load("mri", seed=seed)
        above = pd.DataFrame({"above": (mine["nlr"] > 3).astype(float)})
        model = prediction.logistic(above, mine["progression"], limits="wald")
        ratio = math.exp(model.table.loc["above", "coefficient"])
        assert right("primer-prediction.3", seed=seed) == pytest.approx(ratio, rel=1e-6)
    outcome, acts = np.repeat([1, 0, 1, 0], [50, 60, 30, 60]), np.repeat([1.0, 0.0], [110, 90])
    frame = prediction.net_benefit(outcome, acts, [0.2])
    assert right("primer-prediction.4") == pytest.approx(frame["model"][0])


def test_answers_of_the_other_labs_by_other_routes():
    # Weibull, shape 2: S = exp(-(t/b)^2); medians b·sqrt(log 2), hazards 2t/b².
    assert right("magnesium-lab.2") == 0.25
    # One standard error, row by row: only 0.20 and 0.16 lie above 1.21 + 0.08.
    assert right("mri-lab.1") == 0.12
    # The early ones above all, the others tied: ties count half, as random order does.
    y, marker = np.repeat([1, 1, 0], [20, 30, 30]), np.repeat([2, 1, 1], [20, 30, 30])
    assert accuracy.auc(y, marker).value == pytest.approx(right("mri-lab.3"), rel=1e-12)

    def power(events):
        return norm.cdf(math.log(9 / 6) * math.sqrt(events) / 2 - norm.ppf(0.975))

    assert power(right("mri-lab.4") - 1) < 0.80 <= power(right("mri-lab.4"))
    # Half of the patients pass the scans up to the median.
    assert (1 - 40 / 150) ** (right("mri-lab.5") / 8) == pytest.approx(0.5, rel=1e-12)


@pytest.mark.parametrize("formula", ["audit.cuonts('1', 2)", "unknown + 1", "1 +", "len(3)"])
def test_a_formula_that_cannot_run_is_named(formula):
    exercise = exercises.Exercise(answer=formula, tolerance=0, praise="", hint="")
    with pytest.raises(ValueError, match=re.escape(f"{formula!r}: expected a formula")):
        exercise.solve()


def test_a_key_that_no_exercise_has_is_named_with_its_file(tmp_path, monkeypatch):
    (tmp_path / "exercises").mkdir()
    text = "[1]\nanswr = '1'\ntolerance = 0\npraise = ''\nhint = ''\n"
    (tmp_path / "exercises" / "lab.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(reported, "DATA", tmp_path)
    exercises.load.cache_clear()
    try:
        with pytest.raises(ValueError, match=r"lab.toml, 1: .*answr"):
            exercises.load()
    finally:
        exercises.load.cache_clear()
