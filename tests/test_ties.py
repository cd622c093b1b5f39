"""hccbook._ties: what is equal on paper is tied, in every ranking and comparison of times."""

import numpy as np
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st

from hccbook import accuracy, prediction, survival
from hccbook._ties import merge_ties, tied

#: What a last bit does to a number: it goes up, down, or stays.
BITS = (-1, 0, 1)


def shaken(values, rng):
    """Return values that are the same on paper, some of them one float away; 0 stays."""
    values = np.asarray(values, dtype=float)
    return np.nextafter(values, values + rng.choice(BITS, values.size) * (values != 0))


def test_twelve_digits_decide():
    for first, second, expected in (
        (1.0, 1.0 + 1e-13, True),
        (1.0, 1.0 + 1e-11, False),
        (1e-20, 2e-20, False),
        (-3.0, np.nextafter(-3.0, 0), True),
        (0.0, 1e-300, False),
        (1e8, 1e8 + 1e-5, True),
        (1e8, 1e8 + 1e-3, False),
        (np.inf, np.inf, True),
        (np.inf, 3.0, False),
    ):
        assert tied(first, second) == expected
        assert np.isinf(first) or len(set(merge_ties(np.array([first, second])))) == 2 - expected


def test_tied_values_become_one_in_each_row():
    rows = np.array([[0.1 + 0.2, 0.3, 0.7, 0.1 * 7, 1.0], [0.3, 1.0, 2.0, 4.0, 5.0]])
    assert merge_ties(rows).tolist() == [[0.3, 0.3, 0.7, 0.7, 1.0], rows[1].tolist()]
    assert merge_ties(rows[0]).tolist() == [0.3, 0.3, 0.7, 0.7, 1.0]
    # Sums that cancel are tied with 0; not where no value is below 0, such as small P values.
    assert merge_ties(np.array([0.1 + 0.2 - 0.3, 0.0, -1.0, 2.0])).tolist()[:2] == [0.0, 0.0]
    assert len(set(merge_ties(np.array([1e-17, 1e-19, 0.5])))) == 3
    values = np.array([3.0, 1.0, 3.0, 2.0])
    assert merge_ties(values) is values  # without near ties it is the same object


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=40), st.integers(0, 2**32 - 1))
def test_a_last_bit_changes_no_order(steps, seed):
    exact = np.array(steps) / 7
    merged = merge_ties(shaken(exact, np.random.default_rng(seed)))
    assert np.array_equal(
        np.unique(merged, return_inverse=True)[1], np.unique(exact, return_inverse=True)[1]
    )
    np.testing.assert_allclose(merged, exact, rtol=1e-12, atol=1e-14)


def patients(seed, n=60):
    rng = np.random.default_rng(seed)
    marker = rng.integers(1, 12, n) / 10
    time = rng.integers(1, 15, n) / 10
    return rng, rng.integers(0, 2, n), marker, time, rng.integers(0, 2, n)


def numbers(result):
    """Flatten whatever a function returns."""
    if isinstance(result, survival.CoxModel):
        result = result.coefficients
    if hasattr(result, "value"):
        result = [result.value, result.lower, result.upper]
    return np.asarray(result, dtype=float).ravel()


#: Functions of outcome, marker, follow-up and event that rank or compare times.
RANKING = {
    "auc": lambda y, m, t, e: accuracy.auc(y, m),
    "delong_paired": lambda y, m, t, e: accuracy.delong_paired(y, m, t),
    "youden": lambda y, m, t, e: accuracy.youden(y, m),
    "youden_optimism": lambda y, m, t, e: accuracy.youden_optimism(y, m, 50),
    "c_index": lambda y, m, t, e: survival.c_index(t, e, m),
    "median": lambda y, m, t, e: survival.median(t, e),
    "median_follow_up": lambda y, m, t, e: survival.median_follow_up(t, e),
    "logrank": lambda y, m, t, e: survival.logrank(t, e, y),
    "cox_two_groups": lambda y, m, t, e: survival.cox_two_groups(t, e, y),
    "cox_model": lambda y, m, t, e: survival.cox_model(t, e, m),
    "rmst": lambda y, m, t, e: survival.rmst(t, e, 0.7),
    "landmark": lambda y, m, t, e: survival.landmark(t, e, 0.7),
    "landmark, response": lambda y, m, t, e: survival.landmark(t, e, 0.7, np.minimum(t, m)),
    "proportional_hazards_test": lambda y, m, t, e: survival.proportional_hazards_test(t, e, m),
    "hosmer_lemeshow": lambda y, m, t, e: prediction.hosmer_lemeshow(y, m / 2, 5),
    "calibration_curve": lambda y, m, t, e: prediction.calibration_curve(y, m / 2, 5),
    "smooth_calibration": lambda y, m, t, e: prediction.smooth_calibration(y, m / 2),
    "net_benefit": lambda y, m, t, e: prediction.net_benefit(y, m / 2, np.arange(12) / 20),
    "logistic_optimism": lambda y, m, t, e: prediction.logistic_optimism(
        np.column_stack([m, t]), y, resamples=20
    ),
}


@pytest.mark.parametrize("name", RANKING)
def test_every_ranking_sees_ties(name):
    function = RANKING[name]
    for seed in range(3):
        rng, y, marker, time, event = patients(seed)
        exact = numbers(function(y, marker, time, event))
        other = numbers(function(y, shaken(marker, rng), shaken(time, rng), event))
        np.testing.assert_allclose(other, exact, rtol=1e-9, atol=1e-12)


def test_logrank_of_times_tied_on_paper_is_r_s():
    time, group = [0.1 + 0.2, 0.3, 0.7, 0.1 * 7, 1], [1, 0, 1, 0, 1]
    statistic, _ = survival.logrank(time, np.ones(5), group)
    assert statistic == pytest.approx(reference.numbers("survival")["timefix"], abs=1e-10)
