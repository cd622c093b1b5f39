"""Proofs that two splits of the same studies cannot both be printed."""

import math

import numpy as np
import pytest

from hccbook import meta
from hccbook import reconstruction as rec
from hccbook.reconstruction import overlaps
from hccbook.reconstruction._intervals import Interval
from hccbook.reconstruction._pairs import middle_of_pair, total_variance

pytestmark = pytest.mark.filterwarnings("error")

LEAST = 2 / math.sqrt(189)
STEM = "sii.os.subgroup"
HBV = rec.from_register(f"{STEM}.hbv", (0, 1), "dl")
NONE = rec.from_register(f"{STEM}.no-local-treatment", (0, 1), "dl")
MIXED = rec.from_register(f"{STEM}.hbv-mixed", range(4), "dl", ["p"])
LOCAL = rec.from_register(f"{STEM}.local-treatment", range(4), "dl")
BOTH = ("low", "high")
#: Standard errors of made-up studies, so close that the proofs start from a small box.
NARROW = (0.28, 0.32)


def printed(effect, se, members, digits=4):
    """Return what the random effects of some studies print; ``None`` if Q is not beyond k - 1."""
    members = list(members)
    pooled = meta.pool(effect[members], se[members], "dl")
    if pooled.i2 < 5:
        return None
    cells = [f"{math.exp(x):.{digits}f}" for x in (pooled.value, pooled.lower, pooled.upper)]
    return rec.Result(
        "made up", tuple(members), "dl", *cells, f"{pooled.p:.6f}", f"{pooled.i2:.2f}"
    )


def made_up(seed, *groups):
    """Return seven made-up studies and what their groups print, all with heterogeneity."""
    rng = np.random.default_rng(seed)
    while True:
        effect, se = rng.normal(0, 0.8, 7), rng.uniform(*NARROW, 7)
        found = [printed(effect, se, group) for group in groups]
        if None not in found:
            return effect, found


def side(effect, one, other):
    return "low" if effect[one] < effect[other] else "high"


@pytest.mark.parametrize("seed", range(12))
def test_studies_that_print_both_are_never_excluded(seed):
    """Sets that are there by construction, in boxes so narrow that a wrong bound would show."""
    effect, (first, second) = made_up(seed, (0, 1), (1, 2))
    sides = side(effect, 1, 0), side(effect, 1, 2)
    assert not overlaps.in_two_pairs(first, second, sides, *NARROW).excluded
    _, (pair, group) = made_up(seed, (0, 1), (0, 1, 2, 3))
    assert not overlaps.pair_in_group(pair, group, *NARROW, most_boxes=50_000).excluded
    effect, (a, b, one, two) = made_up(seed, (0, 1, 2, 3), (0, 1, 2, 4), (3, 5), (4, 6))
    known = (one, side(effect, 3, 5)), (two, side(effect, 4, 6))
    for places in (known, (None, known[1]), (known[0], None)):
        proof = overlaps.one_exchanged(a, b, places, *NARROW, most_boxes=50_000)
        assert not proof.excluded


@pytest.mark.parametrize("seed", range(10))
def test_unequal_studies_that_print_both_are_never_excluded(seed):
    """One study of the pair is sixteen times as precise as the other."""
    rng = np.random.default_rng(seed)
    se = np.array([0.15, 0.6, 0.3, 0.35])
    proofs = 0
    while proofs < 2:
        effect = rng.normal(0, 1, 4)
        pair, group = printed(effect, se, (0, 1)), printed(effect, se, range(4))
        if pair and group:
            proof = overlaps.pair_in_group(pair, group, 0.149, 0.601, most_boxes=100_000)
            assert not proof.excluded
            proofs += 1


def test_a_moved_number_is_excluded():
    """The same studies, but one result is printed as another."""
    excluded = []
    for seed in range(12):
        effect, (first, _) = made_up(seed, (0, 1), (1, 2))
        wrong = rec.Result("x", (0, 1), "dl", "30", "20", "45", i2="90")
        sides = side(effect, 1, 0), side(effect, 1, 2)
        excluded.append(overlaps.in_two_pairs(first, wrong, sides, *NARROW).excluded)
        _, (pair, group) = made_up(seed, (0, 1), (0, 1, 2, 3))
        cells = [f"{20 * float(x):.2f}" for x in (group.ratio, group.lower, group.upper)]
        wrong = rec.Result("x", (0, 1, 2, 3), "dl", *cells, i2=group.i2)
        proof = overlaps.pair_in_group(pair, wrong, *NARROW, most_boxes=50_000)
        excluded.append(proof.excluded)
    assert sum(excluded) >= 18, excluded


def test_distance_of_a_study_from_the_mean_of_its_pair():
    """The formula of the module, against pooling."""
    rng = np.random.default_rng(1)
    for _ in range(50):
        effect, se = rng.normal(0, 2, 2), rng.uniform(0.2, 1, 2)
        pooled = meta.pool(effect, se, "dl")
        if pooled.q <= 1:
            continue
        u = se[0] ** 2 / (se**2).sum()
        odds = (pooled.q - 1 + 2 * u) / (pooled.q + 1 - 2 * u)
        assert abs(effect[0] - pooled.value) == pytest.approx(pooled.se * math.sqrt(odds))
        total = pooled.se**2 * pooled.q / (u * (1 - u) + (pooled.q**2 - 1) / 4)
        assert total == pytest.approx((se**2).sum())
        found = total_variance(pooled.se**2, pooled.q, se[0] ** 2)
        assert found == pytest.approx(total)
        low = se[effect.argmin()] ** 2
        point = [Interval(x) for x in (pooled.value, pooled.se**2, pooled.q, low, total)]
        middle = middle_of_pair(point[:3], *point[3:])
        fixed = meta.pool(effect, se, "fixed").value
        assert middle.low == pytest.approx(fixed) == middle.high


@pytest.mark.parametrize("first", BOTH)
@pytest.mark.parametrize("second", BOTH)
def test_no_study_is_in_both_small_groups(first, second):
    assert overlaps.in_two_pairs(HBV, NONE, (first, second), LEAST).excluded


def test_a_more_precise_study_can_be_in_both_small_groups():
    """The draw finds such sets, so that no proof may exclude them."""
    assert not overlaps.in_two_pairs(HBV, NONE, ("low", "low"), 0.05).excluded


def test_the_small_group_is_not_among_the_mixed():
    assert overlaps.pair_in_group(NONE, MIXED, LEAST).excluded
    assert overlaps.pair_in_group(NONE, MIXED, 0.02).excluded


def test_the_mixed_do_not_exchange_one_study_for_one_of_hepatitis_b():
    assert overlaps.one_exchanged(MIXED, LOCAL, (None, (HBV, "low")), LEAST).excluded
    for place in BOTH:
        places = (NONE, place), (HBV, "high")
        assert overlaps.one_exchanged(MIXED, LOCAL, places, LEAST).excluded


FIXED = NONE._replace(method="fixed")
BAD = [
    ("first: expected a result of two", lambda: overlaps.in_two_pairs(MIXED, NONE, BOTH, 0.1)),
    ("second: expected random", lambda: overlaps.in_two_pairs(NONE, FIXED, BOTH, 0.1)),
    ("sides: expected two of", lambda: overlaps.in_two_pairs(HBV, NONE, ("low", "up"), 0.1)),
    ("sides: expected two of", lambda: overlaps.in_two_pairs(HBV, NONE, ("low",), 0.1)),
    ("least_se: expected one from 0", lambda: overlaps.in_two_pairs(HBV, NONE, BOTH, 0)),
    ("least_se: expected a number", lambda: overlaps.in_two_pairs(HBV, NONE, BOTH, math.nan)),
    ("largest_se: expected a number", lambda: overlaps.in_two_pairs(HBV, NONE, BOTH, 0.1, "x")),
    ("pair: expected a result of two", lambda: overlaps.pair_in_group(MIXED, MIXED, 0.1)),
    ("group: expected more than two", lambda: overlaps.pair_in_group(NONE, HBV, 0.1)),
    ("group: expected a ratio in", lambda: overlaps.pair_in_group(NONE, SKEW, 0.1)),
    ("most_boxes: expected a whole", lambda: overlaps.pair_in_group(NONE, MIXED, 0.1, 1, 0)),
    ("second: expected as many", lambda: overlaps.one_exchanged(MIXED, NONE, PLACES, 0.1)),
    ("places: expected one or two", lambda: overlaps.one_exchanged(MIXED, LOCAL, (None,) * 2, 0.1)),
    ("places: expected a side", lambda: overlaps.one_exchanged(MIXED, LOCAL, UP, 0.1)),
    ("places: expected a result of", lambda: overlaps.one_exchanged(MIXED, LOCAL, WIDE, 0.1)),
]
SKEW = MIXED._replace(ratio="2.20")
PLACES, UP, WIDE = (None, (HBV, "low")), (None, (HBV, "up")), (None, (LOCAL, "low"))


@pytest.mark.parametrize(("message", "call"), BAD, ids=[f"{m} {i}" for i, (m, _) in enumerate(BAD)])
def test_bad_input_is_named(message, call):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()
