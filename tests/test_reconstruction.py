"""Studies behind printed results: drawn fairly, or proven not to be there."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import REFERENCE, SLACK, box, numbers

from hccbook import meta, reported, studies
from hccbook import reconstruction as rec
from hccbook.reconstruction import overlaps
from hccbook.reconstruction.results import statistics

pytestmark = pytest.mark.long

#: The same formulas in metafor: only rounding differs.
R_TOLERANCE = 1e-8
FRAME = studies.load()
YAO = ["yao-2025"]


#: Analyses whose numbers can hold together: which studies, and groups with their methods.
ANALYSES = {
    "il6.pfs": (("IL-6", "PFS"), [("pooled", range(4), "fixed")]),
    "il6.os": (("IL-6", "OS"), [("pooled", range(3), "fixed")]),
    "sii.pfs": (
        ("SII", "PFS", YAO),
        [
            ("subgroup.hbv", (2, 3), "fixed"),
            ("subgroup.hbv-mixed", (0, 1, 4), "fixed"),
            ("pooled", range(5), "dl"),
        ],
    ),
    "sii.os": (
        ("SII", "OS", YAO),
        [
            ("subgroup.no-local-treatment", (3, 4), "dl"),
            ("subgroup.local-treatment", (1, 2, 5, 6), "dl"),
            ("pooled", range(7), "dl"),
        ],
    ),
}


def problem(name):
    """Return ranges and results of an analysis whose numbers can hold together."""
    which, results = ANALYSES[name]
    results = [rec.from_register(f"{name}.{stem}", *rest) for stem, *rest in results]
    return studies.ranges(FRAME, *which), results


@pytest.fixture(scope="module", params=ANALYSES)
def drawn(request):
    known, results = problem(request.param)
    return known, results, rec.draw(*known[1:3], known.given, results, sets=100, seed=1)


def test_every_set_prints_every_number(drawn):
    """Recomputed with hccbook.meta and compared as text, not by the boxes of the module."""
    known, results, sets = drawn
    assert sets.effect.shape == sets.se.shape == (100, len(known.studies))
    assert (sets.distance, list(sets.steps.index)) == (0, [result.name for result in results])
    assert (sets.steps["tried"] % rec.BATCH == 0).all()
    assert (sets.steps["matched"] > 0).all()
    for values, ranges in ((sets.effect, known.effect), (sets.se, known.se)):
        assert ((values >= ranges[:, 0]) & (values <= ranges[:, 1])).all()
    for result in results:
        members = list(result.members)
        pooled = meta.pool(sets.effect[:, members], sets.se[:, members], result.method)
        found = {
            ("hr", "printed"): np.exp(pooled.value),
            ("hr", "lower"): np.exp(pooled.lower),
            ("hr", "upper"): np.exp(pooled.upper),
            ("hr", "p"): pooled.p,
            ("i2", "printed"): pooled.i2,
            ("i2", "p"): pooled.q_p,
        }
        for (row, field), values in found.items():
            low, high = box(reported.text(f"il6-sii.{result.name}.{row}", field), 0)
            inside = (values >= low * (1 - SLACK)) & (values <= high * (1 + SLACK))
            assert inside.all(), (result.name, row, field)


def test_same_seed_same_sets_and_no_more_than_were_found():
    known, results = problem("il6.os")
    a, b, c = (
        rec.draw(*known[1:3], known.given, results, sets=20, tries=20_000, seed=seed)
        for seed in (1, 1, 2)
    )
    assert np.array_equal(a.effect, b.effect)
    assert np.array_equal(a.se, b.se)
    assert not np.array_equal(a.effect, c.effect)
    few = rec.draw(*known[1:3], known.given, results, tries=1000)
    assert len(few.effect) == few.steps["matched"].iloc[-1] < 1000


R = rec.Result
#: Coarsely printed results, so that plain rejection finds sets; ranges of a first study if given.
COARSE = {
    "fixed": ([R("a", (0, 1, 2), "fixed", "2", "1", "3", q_p="0.2")], None),
    "random": ([R("a", (0, 1, 2), "dl", "2", "1", "3", q_p="0.2")], None),
    "fixed, one given": (
        [R("a", (0, 1, 2), "fixed", "2", "1", "3", q_p="0.3")],
        ([-0.6, -0.2], [0.2, 0.6]),
    ),
    "random, one given": (
        [R("a", (0, 1, 2, 3), "dl", "1", "1", "2", q_p="0.01")],
        ([-0.8, -0.4], [0.2, 0.4]),
    ),
    "two in turn": (
        [
            R("a", (0, 1), "dl", "2", "1", "3", q_p="0.5"),
            R("b", (0, 1, 2, 3), "dl", "2", "1", "3", q_p="0.3"),
        ],
        None,
    ),
}
#: Means and standard deviations, by draws and by rejection, in units of their standard errors.
FAR = 4.5


@pytest.mark.parametrize("name", COARSE)
def test_sets_are_spread_as_plain_rejection_spreads_them(name):
    results, first = COARSE[name]
    k = len(results[-1].members)
    effect, se = np.tile([-1.5, 2.0], (k, 1)), np.tile([0.2, 1.0], (k, 1))
    known = (np.arange(k) == 0) & (first is not None)
    if first:
        effect[0], se[0] = first
    rng = np.random.default_rng(5)
    plain = []
    for _ in range(5):
        y = rng.uniform(*effect.T, (200_000, k))
        s = np.exp(rng.uniform(*np.log(se).T, y.shape))
        for result in results:
            kept = rec.reproduces(y, s, result)
            y, s = y[kept], s[kept]
        plain.append(np.hstack([y, np.log(s)]))
    plain = np.concatenate(plain)
    means, spreads = [], []
    for seed in range(6):
        sets = rec.draw(effect, se, known, results, sets=2000, tries=60_000, seed=seed)
        values = np.hstack([sets.effect, np.log(sets.se)])
        means.append(values.mean(0))
        spreads.append(values.std(0))
    sd, n = plain.std(0), len(plain)
    for target, found, share in ((plain.mean(0), means, 1), (sd, spreads, 2)):
        error = np.sqrt(sd**2 / n / share + np.var(found, axis=0, ddof=1) / len(found))
        # A floor keeps six seeds that agree by chance from looking like certainty.
        z = (target - np.mean(found, axis=0)) / np.maximum(error, 0.01 * sd)
        assert np.abs(z).max() < FAR, z


def test_all_given_studies_are_only_checked():
    effect, se = np.log([[1.9, 1.9], [2.1, 2.1]]), np.full((2, 2), 0.3)
    ratio = meta.pool(effect[:, 0], se[:, 0], "fixed").ratio
    cells = [f"{x:.2f}" for x in (ratio.value, ratio.lower, ratio.upper)]
    for printed, sets in ((cells[0], 5), ("2.20", 0)):
        result = R("a", (0, 1), "fixed", printed, *cells[1:], i2="0")
        drawn = rec.draw(effect, se, np.ones(2, dtype=bool), [result], sets=5, tries=50)
        assert len(drawn.effect) == sets


def test_a_study_in_no_result_is_not_invented():
    known, results = problem("il6.os")
    effect, se = np.vstack([known.effect, [[-1, 1]]]), np.vstack([known.se, [[0.2, 1]]])
    sets = rec.draw(effect, se, np.append(known.given, False), results, sets=5, tries=20_000)
    assert np.isnan(sets.effect[:, 3]).all()


def test_the_nearest_set_prints_everything_where_sets_are():
    known, results = problem("il6.pfs")
    near = rec.nearest(*known[1:3], results, starts=40, steps=60)
    assert near.distance == 0
    assert all(rec.reproduces(near.effect, near.se, result).any() for result in results)
    assert ((near.se >= known.se[:, 0]) & (near.se <= known.se[:, 1])).all()


def test_the_nearest_set_tells_how_far_numbers_are():
    """All studies are given: the nearest print is what they pool to."""
    effect, se = np.log([[1.5, 1.5], [1.8, 1.8], [1.2, 1.2]]), np.full((3, 2), 0.3)
    pooled = meta.pool(effect[:, 0], se[:, 0], "fixed").ratio
    cells = (f"{x:.3f}" for x in (pooled.value, pooled.lower, pooled.upper))
    print_of = R("a", (0, 1, 2), "fixed", *cells, i2="0")
    assert rec.nearest(effect, se, [print_of], starts=2, steps=5).distance == 0
    other = print_of._replace(ratio="2.000", lower="1.42", upper="2.81")
    near = rec.nearest(effect, se, [other], starts=2, steps=5)
    found, (low, high) = statistics(effect[:, 0], se[:, 0], other), other.boxes.T
    off = (found - np.clip(found, low, high)) / ((high - low) / 2)  # an open box is not missed
    assert near.distance == pytest.approx(math.hypot(*off))
    assert near.distance > 10
    beside = rec.beside_print(near.effect, near.se, [other]).loc["a"]
    assert beside["printed"] == "2.000 (1.42 to 2.81), I² 0"
    limits = f"{pooled.value:.2f} ({pooled.lower:.2f} to {pooled.upper:.2f}), I² "
    assert beside["pooled"].startswith(limits)
    assert beside["pooled / printed"] == pytest.approx(pooled.value / 2)


def test_the_nearest_set_of_a_reader_s_number_that_does_not_fit():
    """One study is given, and is far from what the print allows."""
    known, results = problem("il6.os")
    effect, se = known.effect.copy(), known.se.copy()
    effect[0], se[0] = np.log([0.499, 0.501]), (0.15, 0.151)
    sets = rec.draw(effect, se, known.given, results, tries=20_000)
    assert (sets.effect.shape, sets.steps["matched"].tolist()) == ((0, 3), [0])
    near = rec.nearest(effect, se, results, starts=40, steps=60)
    assert near.distance > 10
    assert near.effect[:, 0] == pytest.approx(math.log(0.5), abs=0.003)
    assert np.exp(statistics(near.effect, near.se, results[0])[:, 0]).max() < 2.1


def test_metafor_agrees():
    rows = pd.read_csv(REFERENCE / "reconstruction.csv")
    stored = numbers("reconstruction")["results"]
    assert list(stored) == list(rows["result"].unique())
    for name, from_r in stored.items():
        part = rows[rows["result"] == name]
        effect, se = part[["effect", "se"]].to_numpy().T
        result = rec.from_register(name, range(len(part)), part["method"].iloc[0])
        for field, value in from_r.items():
            found = getattr(result.pool(effect, se), field)
            assert found == pytest.approx(value, rel=R_TOLERANCE, abs=1e-12)
        assert rec.reproduces(effect, se, result)


positive = st.floats(0.05, 3)
rows_of = st.lists(st.tuples(st.floats(-2, 2), positive), min_size=2, max_size=6)


@settings(max_examples=60)
@given(rows_of, st.sampled_from(["fixed", "dl"]))
def test_what_is_printed_from_studies_is_reproduced_by_them(rows, method):
    effect, se = np.array(rows).T
    pooled = meta.pool(effect, se, method)
    cells = [f"{math.exp(x):.3f}" for x in (pooled.value, pooled.lower, pooled.upper)]
    if float(cells[1]) == 0 or pooled.i2 >= 99.5:
        return
    result = R("a", tuple(range(len(rows))), method, *cells, f"{pooled.p:.3f}", f"{pooled.i2:.0f}")
    # The printed ratio alone loses digits when it is small; never the other way round.
    assert rec.reproduces(effect, se, result)
    shifted = result._replace(ratio=f"{float(cells[0]) + 0.002:.3f}")
    assert not rec.reproduces(effect, se, shifted)


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
