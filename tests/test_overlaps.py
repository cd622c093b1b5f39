"""Proofs that two splits of the same studies cannot both be printed."""

import math

import numpy as np
import pytest

from hccbook import meta
from hccbook import reconstruction as rec
from hccbook.reconstruction import overlaps
from hccbook.reconstruction.pairs import Interval, Pool, random_effects, total_variance

pytestmark = pytest.mark.filterwarnings("error")

LEAST = 2 / math.sqrt(189)
STEM = "sii.os.subgroup"
HBV = rec.from_register(f"{STEM}.hbv", (0, 1), "dl")
NONE = rec.from_register(f"{STEM}.no-local-treatment", (0, 1), "dl")
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
def test_studies_that_print_both_are_never_excluded(seed, monkeypatch):
    """Sets that are there by construction, in boxes so narrow that a wrong bound would show."""
    monkeypatch.setattr(overlaps, "MOST_BOXES", 50_000)
    effect, (first, second) = made_up(seed, (0, 1), (1, 2))
    sides = side(effect, 1, 0), side(effect, 1, 2)
    assert not overlaps.in_two_pairs(first, second, sides, *NARROW).excluded
    _, (pair, group) = made_up(seed, (0, 1), (0, 1, 2, 3))
    assert not overlaps.pair_in_group(pair, group, *NARROW).excluded
    effect, (a, b, one, two) = made_up(seed, (0, 1, 2, 3), (0, 1, 2, 4), (3, 5), (4, 6))
    known = (one, side(effect, 3, 5)), (two, side(effect, 4, 6))
    for places in (known, (None, known[1]), (known[0], None)):
        assert not overlaps.one_exchanged(a, b, places, *NARROW).excluded


@pytest.mark.parametrize("seed", range(10))
def test_unequal_studies_that_print_both_are_never_excluded(seed, monkeypatch):
    """One study of the pair is sixteen times as precise as the other."""
    monkeypatch.setattr(overlaps, "MOST_BOXES", 100_000)
    rng = np.random.default_rng(seed)
    se = np.array([0.15, 0.6, 0.3, 0.35])
    proofs = 0
    while proofs < 2:
        effect = rng.normal(0, 1, 4)
        pair, group = printed(effect, se, (0, 1)), printed(effect, se, range(4))
        if pair and group:
            assert not overlaps.pair_in_group(pair, group, 0.149, 0.601).excluded
            proofs += 1


def test_a_moved_number_is_excluded(monkeypatch):
    """The same studies, but one result is printed as another."""
    monkeypatch.setattr(overlaps, "MOST_BOXES", 50_000)
    excluded = []
    for seed in range(12):
        effect, (first, _) = made_up(seed, (0, 1), (1, 2))
        wrong = rec.Result("x", (0, 1), "dl", "30", "20", "45", i2="90")
        sides = side(effect, 1, 0), side(effect, 1, 2)
        excluded.append(overlaps.in_two_pairs(first, wrong, sides, *NARROW).excluded)
        _, (pair, group) = made_up(seed, (0, 1), (0, 1, 2, 3))
        cells = [f"{20 * float(x):.2f}" for x in (group.ratio, group.lower, group.upper)]
        wrong = rec.Result("x", (0, 1, 2, 3), "dl", *cells, i2=group.i2)
        excluded.append(overlaps.pair_in_group(pair, wrong, *NARROW).excluded)
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
        middle = Pool(*point[:3]).middle(*point[3:])
        fixed = meta.pool(effect, se, "fixed").value
        assert middle.low == pytest.approx(fixed) == middle.high


def test_sets_that_the_draw_finds_are_not_excluded():
    # They have a study that is more precise than patients can make it.
    assert not overlaps.in_two_pairs(HBV, NONE, ("low", "low"), 0.05).excluded
    assert overlaps.in_two_pairs(HBV, NONE, ("low", "low"), 0.9, 5) == (True, 0)  # less precise


def test_what_the_pairs_print_bounds_the_largest_error():
    """However large it may be: the common study's variance is below S of either pair."""
    proofs = [
        overlaps.in_two_pairs(HBV, NONE, ("low", "low"), LEAST, largest)
        for largest in (0.35, 1, 2, 50)
    ]
    assert all(proof.excluded for proof in proofs)
    assert proofs[1] == proofs[2] == proofs[3]


def test_no_study_of_a_pair_has_a_larger_variance():
    """The bound, against pairs that print what they print."""
    nearest = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        effect, se = rng.normal(0, 1, 2), np.array([0.1, rng.uniform(0.2, 0.6)])
        if pair := printed(effect, se, (0, 1)):
            bound = random_effects("pair", pair, 2).largest_variance()
            assert se[1] ** 2 <= bound
            nearest = max(nearest, se[1] ** 2 / bound)
    assert nearest > 0.8


def test_distance_is_enclosed_and_grows_with_q():
    """Points of a box, against the bounds of the box; and τ² at fixed V and t."""
    rng = np.random.default_rng(2)
    for _ in range(200):
        v, q, t = rng.uniform(0.05, 0.3), rng.uniform(1.05, 12), rng.uniform(0.02, 0.6)
        wide = 1 + rng.uniform(0, 0.3, 3)
        box = [Interval(x, x * y) for x, y in zip((v, q, t), wide, strict=True)]
        away, total = Pool(None, *box[:2]).distance(box[2])
        vs, qs, ts = (rng.uniform(x.low, x.high, 300) for x in box)
        s = total_variance(vs, qs, ts)
        found = np.sqrt(ts + s * (qs - 1) / 2 - vs)
        assert (away.low <= found * (1 + 1e-9)).all()
        assert (found <= away.high * (1 + 1e-9)).all()
        assert (total.low <= s * (1 + 1e-9)).all()
        assert (s <= total.high * (1 + 1e-9)).all()
        rising = np.linspace(1.01, 20, 200)
        spread = total_variance(v, rising, t) * (rising - 1) / 2
        assert (np.diff(spread) > 0).all()
