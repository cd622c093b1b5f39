"""What readers can play with in the page: it computes what Python does, and anybody can use it."""

import json
import random

import numpy as np
import pytest
from lifelines import KaplanMeierFitter, statistics
from scipy import special, stats

from hccbook import accuracy, audit, meta, prediction

LAB, NOISE = "notebooks/il6-sii-lab.html", "notebooks/tipm-lab.html"
CUTOFF = "notebooks/magnesium-lab.html"
METHODS = ("fixed", "dl", "pm", "reml")


def close(value):
    """Return a number to be met to nine digits."""
    return pytest.approx(value, rel=1e-9, abs=1e-12)


def given(page, name):
    """Return what a part of the page starts from."""
    return json.loads(page.locator(f".hcc-play[data-play={name}]").get_attribute("data-given"))


@pytest.fixture(scope="module")
def sets():
    """Return studies of many meta-analyses: log ratios and standard errors."""
    rng = np.random.default_rng(1)
    sizes = [2, 3, 4, 7, 12] * 12
    return [
        (rng.normal(0.4, spread, k).tolist(), rng.uniform(0.05, 0.5, k).tolist())
        for k, spread in zip(sizes, np.tile([0.02, 0.3, 1.0, 0.1], 15), strict=True)
    ]


@pytest.mark.parametrize("method", METHODS)
def test_studies_are_pooled_as_in_python(open_page, sets, method):
    page, _ = open_page(LAB)
    studies = given(page, "forest")["studies"]
    cases = [*sets, tuple([x[key] for x in studies] for key in ("y", "se"))]
    for interval, hk in (("normal", False), ("hk", True)):
        found = page.evaluate(
            "([sets, ...rest]) => sets.map(([y, se]) => hcc.forest.pool(y, se, ...rest))",
            [cases, method, interval],
        )
        for (y, se), one in zip(cases, found, strict=True):
            want = meta.pool(y, se, method, hartung_knapp=hk and method != "fixed")
            # The likelihood's top is flat: its place is known to fewer digits than its height.
            flat = {"rel": 1e-6, "abs": 1e-9} if method == "reml" else {"rel": 1e-9, "abs": 1e-12}
            assert one["tau2"] == pytest.approx(want.tau2, **flat)
            for name in ("value", "lower", "upper", "p"):
                assert one[name] == pytest.approx(getattr(want, name), **flat), (name, y, se)
            assert [one["q"], one["qP"], one["i2"]] == close([want.q, want.q_p, want.i2])


def rates(rng):
    """Return a printed percentage with its count and group, right or off by a digit."""
    n = rng.randint(1, 300)
    count, decimals = rng.randint(0, n), rng.randint(0, 2)
    share = round(100 * count / n + rng.choice([0, 0, 10**-decimals]), decimals)
    return {"percent": f"{share:.{decimals}f}", "count": str(count), "n": str(n)}


def ratios(rng):
    """Return a printed ratio with limits and P, right or somewhat off."""
    log, se = rng.gauss(0, 0.6), rng.uniform(0.05, 0.6)
    limits = [np.exp(log + side * 1.959964 * se) for side in (0, -1, 1)]
    text = [f"{x:.2f}" for x in limits]
    p = audit.two_sided_p(log / se) * rng.choice([1, 1, 1.1, 0.5])
    return dict(zip(("estimate", "lower", "upper"), text, strict=True)) | {"p": f"{min(p, 1):.3f}"}


def means(rng):
    """Return a printed mean and SD of whole numbers, right or off by a digit."""
    values = [rng.randint(0, 9) for _ in range(rng.randint(5, 40))]
    mean, sd = np.mean(values), np.std(values, ddof=1)
    off = rng.choice([0, 0, 0.01]), rng.choice([0, 0, 0.01, 0.02])
    numbers = {"mean": f"{mean + off[0]:.2f}", "sd": f"{sd + off[1]:.2f}"}
    return numbers | {"n": str(len(values))}


def four_rates(rng):
    """Return printed rates of a 2×2 table, right or off by a digit."""
    tp, fn, tn, fp = (rng.randint(1, 15) for _ in range(4))
    exact = [tp / (tp + fn), tn / (tn + fp), tp / (tp + fp), tn / (tn + fn)]
    text = [f"{100 * x + rng.choice([0, 0, 0, 0.1]):.1f}" for x in exact]
    names = ("sensitivity", "specificity", "ppv", "npv")
    keep = names[: rng.choice([2, 3, 4])]
    found = {name: x if name in keep else "" for name, x in zip(names, text, strict=True)}
    return {"n": str(tp + fn + tn + fp)} | found


def points(rng):
    """Return a 2×2 table and an area."""
    cells = {name: str(rng.randint(1, 30)) for name in ("tp", "fp", "fn", "tn")}
    return cells | {"area": f"{rng.random():.2f}"}


def pools(rng):
    """Return the number of studies, I² and P, right or somewhat off."""
    k, i2 = rng.randint(2, 12), rng.choice([0, rng.randint(1, 95)])
    q = (k - 1) / (1 - i2 / 100)
    p = float(audit.chi_square_p(q, k - 1)) * rng.choice([1, 1, 1.2, 0.7])
    return {"k": str(k), "i2": str(i2), "p": f"{min(p, 1):.3f}"}


def python(name, x):
    """Return the verdict of the package under the usual reading, as the page says it."""
    if name == "percentage":
        found = audit.percentage(x["percent"], int(x["count"]), int(x["n"])).verdict
    elif name == "interval":
        numbers = (x[key] for key in ("estimate", "lower", "upper", "p"))
        found = audit.p_from_interval(*numbers, without="all").verdict
    elif name == "mean":
        found = audit.grimmer(x["mean"], x["sd"], int(x["n"])).verdict
    elif name == "tables":
        printed = {key: x[key] for key in list(x)[1:] if x[key]}
        found = "exact" if len(audit.tables(int(x["n"]), **printed)) else "contradicted"
    elif name == "auc":
        cells = (int(x[key]) for key in ("tp", "fp", "fn", "tn"))
        found = audit.auc_bounds(*cells, x["area"])["any curve"].verdict
    else:
        found = audit.heterogeneity_p(x["i2"], int(x["k"]), x["p"], without="all").verdict
    words = {"contradicted": "does not fit", "untestable": "cannot be told"}
    return words.get(found, "fits")


@pytest.mark.parametrize(
    ("name", "draw", "times"),
    [
        ("percentage", rates, 400),
        ("interval", ratios, 300),
        ("mean", means, 300),
        ("tables", four_rates, 80),
        ("auc", points, 200),
        ("heterogeneity", pools, 300),
    ],
)
def test_own_numbers_are_judged_as_in_python(open_page, name, draw, times):
    page, _ = open_page("book/index.html")
    rng = random.Random(1)
    cases = [draw(rng) for _ in range(times)]
    if name == "interval":
        # A limit that prints as 0 has no logarithm.
        cases = [x for x in cases if float(x["lower"]) > 0.005]
    found = page.evaluate(f"cases => cases.map(x => hcc.checker.{name}(x).verdict)", cases)
    for case, verdict in zip(cases, found, strict=True):
        assert verdict == python(name, case), case
    assert len(set(found)) > 1


def test_bounds_and_tables_are_those_of_python(open_page):
    page, _ = open_page("book/index.html")
    rng = random.Random(2)
    for case in [four_rates(rng) for _ in range(30)]:
        rates_ = {key: case[key] for key in list(case)[1:] if case[key]}
        want = audit.tables(int(case["n"]), **rates_)[["tp", "fp", "fn", "tn"]]
        found = page.evaluate("x => hcc.checker.tables(x).found", case)
        assert sorted(found) == sorted(want.to_numpy().tolist())
    for case in [ratios(rng) for _ in range(50)]:
        numbers = [case[key] for key in ("estimate", "lower", "upper", "p")]
        if float(case["lower"]) > 0.005:
            want = audit.p_from_interval(*numbers, without="all")
            found = page.evaluate("x => hcc.checker.interval(x)", case)
            assert [found["low"], found["high"]] == close([want.lower, want.upper])


def test_cutoffs_are_judged_as_in_python(open_page):
    page, _ = open_page(CUTOFF)
    sets = given(page, "cutoff")["sets"]
    code = """set => hcc.cutoff.cuts(set).map(cut => [cut, hcc.cutoff.table(set, cut),
        hcc.cutoff.logrank(set, cut)])"""
    for one in sets:
        marker, outcome, time, event = (
            np.array(one[key]) for key in ("marker", "outcome", "time", "event")
        )
        found = page.evaluate(code, one)
        assert [cut for cut, *_ in found] == np.unique(marker)[1:].tolist()
        for cut, table, test in found:
            high = marker >= cut
            want = statistics.logrank_test(time[high], time[~high], event[high], event[~high])
            assert [test["statistic"], test["p"]] == close([want.test_statistic, want.p_value])
            cells = [
                [np.sum(high & (outcome == x)), np.sum(~high & (outcome == x))] for x in (1, 0)
            ]
            assert [[table["tp"], table["fn"]], [table["fp"], table["tn"]]] == cells
        best = accuracy.youden(outcome, marker).iloc[0]
        top = page.evaluate("set => hcc.cutoff.table(set, hcc.cutoff.best(set))", one)
        assert [top["j"], top["sensitivity"]] == close([best["youden"], best["sensitivity"]])
        steps = page.evaluate("x => hcc.cutoff.survival(x.time, x.event)", one)
        fit = KaplanMeierFitter().fit(time, event)
        times, shares = np.array(steps).T
        assert shares.tolist() == close(fit.predict(times).tolist())


def test_the_cutoff_slides_with_the_keyboard_alone(open_page):
    page, troubles = open_page(CUTOFF, width=390)
    box = page.locator(".hcc-play[data-play=cutoff]")
    assert "Synthetic patients." in box.locator(".hcc-about").text_content()
    status, slider = box.locator("[role=status]"), box.get_by_role("slider", name="Cut-off")
    before, value = status.text_content(), slider.get_attribute("aria-valuetext")
    assert value.startswith("cut-off ")
    slider.press("ArrowRight")
    page.wait_for_function(
        "([x, old]) => x.textContent !== old", arg=[status.element_handle(), before]
    )
    assert slider.get_attribute("aria-valuetext") != value
    box.get_by_role("button", name="To the largest J").press("Enter")
    status.filter(has_text="No other cut-off has a larger J").wait_for()
    box.get_by_label("Marker").press("s")
    status.filter(has_text="Cut-off 0.").wait_for()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    assert not troubles


@pytest.mark.parametrize("paper", ["mri", "tipm"])
def test_a_patient_has_the_risk_of_the_model(open_page, paper):
    page, troubles = open_page(f"notebooks/{paper}-replication.html", width=390)
    model = given(page, "nomogram")
    terms, rng = model["terms"], np.random.default_rng(1)
    low, high = (np.array([x[key] for x in terms]) for key in ("low", "high"))
    beta = np.array([x["beta"] for x in terms])
    # The rulers of the package: what its nomogram reads off is what the page computes.
    rulers = {x["name"]: [x["low"], x["high"]] for x in terms}
    sheet = prediction.nomogram(dict(zip(rulers, beta, strict=True)), rulers, model["constant"])
    for values in rng.uniform(low, high, (20, len(terms))):
        x = np.array([1, *values])
        eta = model["constant"] + beta @ values
        half = stats.norm.ppf(0.975) * np.sqrt(x @ np.array(model["covariance"]) @ x)
        want = special.expit([eta, eta - half, eta + half])
        risk = page.evaluate("([m, x]) => hcc.nomogram.risk(m, x)", [model, values.tolist()])
        assert risk == close(want.tolist())
        points = page.evaluate("([m, x]) => hcc.nomogram.points(m, x)", [model, values.tolist()])
        read = sheet.read(dict(zip(rulers, values, strict=True))).iloc[0]
        assert points == close(read[list(rulers)].tolist())
    box = page.locator(".hcc-play[data-play=nomogram]")
    panel = box.get_by_role(
        "group", name="Synthetic model, for teaching only. Not clinical advice."
    )
    assert panel.locator("strong").first.is_visible()
    status, field = box.locator("[role=status]"), box.get_by_role("spinbutton").first
    at = float(field.input_value())
    field.press("ArrowUp")
    assert float(field.input_value()) > at
    field.fill("1000")
    status.filter(has_text="the synthetic patients say nothing there").wait_for()
    field.fill("")
    status.filter(has_text="Type a number for ").wait_for()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    assert not troubles


NOTHING = "([name, seed]) => hcc.noise[name](hcc.noise.generator(seed), {})"


def test_samples_of_nothing_are_tested_as_in_python(open_page):
    page, _ = open_page(NOISE)
    for seed in range(1, 31):
        found = page.evaluate(NOTHING, ["predictor", seed])
        values = np.array(found["values"])
        assert values.shape == (20, 60)
        want = stats.ttest_ind(values[:, 1::2], values[:, ::2], axis=1).pvalue
        assert found["p"] == close(want.tolist())
        assert found["found"] == bool(want.min() < 0.05)
        found = page.evaluate(NOTHING, ["cutoff", seed])
        marker = np.array(found["marker"])
        ill, cuts = np.arange(60) % 2 == 1, np.sort(marker)[6:55]
        sides = [(marker < cut, marker >= cut) for cut in cuts]
        tables = [[[np.sum(ill & x), np.sum(~ill & x)] for x in both] for both in sides]
        want = [stats.chi2_contingency(table, correction=False).pvalue for table in tables]
        assert found["p"] == close(want)
        found = page.evaluate(NOTHING, ["interaction", seed])
        pairs = zip(found["values"][::2], found["values"][1::2], strict=True)
        want = [stats.ttest_ind(a, b).pvalue for a, b in pairs]
        assert found["p"] == close(want)
        assert found["found"] == ((want[0] < 0.05) != (want[1] < 0.05))


def test_chance_finds_as_often_as_theory_says(open_page):
    page, _ = open_page(NOISE)
    count = "([name, times]) => [...Array(times).keys()].filter(k =>"
    count += " hcc.noise[name](hcc.noise.generator(k + 1), {}).found).length"
    times = 2000
    share = page.evaluate(count, ["predictor", times]) / times
    assert share == pytest.approx(1 - 0.95**20, abs=4 * np.sqrt(0.64 * 0.36 / times))
    # Two t tests of 20 against 20 and of 10 against 10, at an effect of 0.75 SD.
    power = [
        stats.nct.sf(x, 2 * n - 2, shift) + stats.nct.cdf(-x, 2 * n - 2, shift)
        for n in (20, 10)
        for x, shift in [(stats.t.ppf(0.975, 2 * n - 2), 0.75 * np.sqrt(n / 2))]
    ]
    want = power[0] * (1 - power[1]) + power[1] * (1 - power[0])
    share = page.evaluate(count, ["interaction", times]) / times
    assert share == pytest.approx(want, abs=4 * np.sqrt(want * (1 - want) / times))
    # The best of many cut-offs of noise, against a simulation in Python.
    rng, hits = np.random.default_rng(1), 0
    for _ in range(times):
        below = np.cumsum(rng.permutation(np.arange(60) % 2))[5:54]
        k = np.arange(6, 55)
        a, b, c = below, k - below, 30 - below
        d = 60 - k - c
        chi2 = 60 * (a * d - b * c) ** 2 / (k * (60 - k) * 900)
        hits += stats.chi2.sf(chi2.max(), 1) < 0.05
    share = page.evaluate(count, ["cutoff", times]) / times
    assert share == pytest.approx(hits / times, abs=4 * np.sqrt(0.5 / times))


def test_another_sample_is_a_press_of_a_key(open_page):
    page, troubles = open_page(NOISE, width=390)
    box = page.locator(".hcc-play[data-play=noise]")
    status = box.locator("[role=status]")
    assert "1 sample (" in status.text_content()
    box.get_by_role("button", name="Another sample").press("Enter")
    status.filter(has_text="of 2 samples").wait_for()
    box.get_by_role("button", name="A hundred more").press("Space")
    status.filter(has_text="of 102 samples").wait_for()
    box.get_by_label("What does chance find?").press("a")
    status.filter(has_text="So far").filter(has_text="of 1 sample").wait_for()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    assert not troubles


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["0·72", "", ""], "0.7200"),
        (["eighty", "", ""], "Percentage: type a number"),
        (["", "", ""], "Percentage: type a number"),
        (["89.5", "", ""], "Fits. 77 of 86 is 89.535 %."),
        (["89.4", "90", ""], "Count: type a whole number from 0 to 86"),
        (["89.4", "77", "0"], "Group: type a whole number from 1"),
    ],
)
def test_own_numbers_are_typed_with_the_keyboard_alone(open_page, typed, said):
    page, troubles = open_page("book/index.html", width=390)
    choice = page.get_by_label("What is printed?")
    choice.focus()
    status = page.locator(".hcc-play [role=status]")
    for label, text in zip(("Percentage", "Count", "Group"), typed, strict=True):
        page.keyboard.press("Tab")
        field = page.get_by_label(label, exact=True)
        assert field.evaluate("x => x === document.activeElement")
        if text or not any(typed):
            page.keyboard.press("Control+A")
            page.keyboard.press("Delete")
            page.keyboard.type(text)
    if typed[0] == "0·72":
        for key, text in (("Count", "72"), ("Group", "10000")):
            page.get_by_label(key, exact=True).fill(text)
    status.filter(has_text=said).wait_for()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    assert not troubles


def test_a_study_is_turned_round_with_the_keyboard_alone(open_page):
    page, troubles = open_page(LAB, width=390)
    box = page.locator(".hcc-play[data-play=forest]")
    status = box.locator("[role=status]")
    before = status.text_content()
    assert before.startswith("7 studies: ratio ")
    box.get_by_label("Model").focus()
    page.keyboard.press("f")
    # A fixed effect has no other limits to choose: the button comes next, then the first study.
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    status.filter(has_text="6 studies: ratio ").wait_for()
    assert "τ² 0.000" in status.text_content()
    for _ in range(6):
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
    status.filter(has_text="No study is left").wait_for()
    box.get_by_role("button", name="As it was").press("Enter")
    status.filter(has_text=before).wait_for()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    assert not troubles


def test_without_scripts_a_table_stands_there(open_page):
    for name in ("book/index.html", LAB, NOISE, CUTOFF):
        page, _ = open_page(name, java_script_enabled=False)
        assert page.locator(".hcc-play table.hcc-table").first.is_visible()
