"""Odd values for every argument of every public function: a result, or a refusal that names it."""

import inspect
import re
import shutil
import warnings
from importlib import import_module

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import hccbook
from hccbook import prediction, reconstruction, relations, scorecard, studies
from hccbook.reported import DATA

RNG = np.random.default_rng(1)
N = 24
Y = np.tile([0, 1, 0, 1, 1, 0], 4)
MARKER, OTHER = RNG.normal(size=(2, N)) + Y
TIME = RNG.exponential(size=N) + 0.1
EVENT = np.tile([1, 1, 0], 8)
GROUP = np.tile([0, 1], 12)
RISK = np.round(0.1 + 0.8 * RNG.random(N), 2)
X = RNG.normal(size=(N, 2))
FRAME = pd.DataFrame({"t": TIME, "e": EVENT, "x": GROUP, "sex": np.tile(["f", "m", "m", "f"], 6)})
EFFECT, SE = np.array([0.1, 0.4, 0.3, 0.6]), np.array([0.1, 0.2, 0.3, 0.15])
COUNTS = {"tp": 20, "fp": 5, "fn": 7, "tn": 30}
PATIENTS = {"time": TIME, "event": EVENT}
STUDIES = {"effect": EFFECT, "se": SE}
LESIONS = pd.DataFrame(
    {"patient": 1, "day": [0, 60], "lesion": "a", "target": True, "diameter": [20.0, 10.0]}
)
VISITS = pd.DataFrame({"patient": [1, 1], "day": [0, 60], "response": ["baseline", "PR"]})
MODEL = prediction.logistic(X, Y)
PATH = prediction.lasso_path(X, Y, folds=3, lambdas=5)
CHART = prediction.nomogram({"a": 0.5, "b": {"no": 0, "yes": 1}}, {"a": [0, 1, 2]})

#: A valid call of every public function: the arguments that it needs.
CALLS = {
    "accuracy": {
        "auc": {"y": Y, "marker": MARKER},
        "delong_paired": {"y": Y, "first": MARKER, "second": OTHER},
        "proportion": {"count": 3, "n": 10},
        "two_by_two": COUNTS,
        "youden": {"y": Y, "marker": MARKER},
        "youden_optimism": {"y": Y, "marker": MARKER, "resamples": 9},
    },
    "survival": {
        "c_index": {**PATIENTS, "score": MARKER},
        "cox_model": {**PATIENTS, "covariates": X},
        "cox_two_groups": {**PATIENTS, "group": GROUP},
        "landmark": {**PATIENTS, "at": 0.1, "response_time": TIME / 2},
        "logrank": {**PATIENTS, "group": GROUP},
        "median": PATIENTS,
        "median_follow_up": PATIENTS,
        "proportional_hazards_test": {**PATIENTS, "covariates": X},
        "rmst": {**PATIENTS, "horizon": 0.2},
        "subgroup_table": {
            "frame": FRAME,
            "time": "t",
            "event": "e",
            "exposure": "x",
            "subgroups": ["sex"],
        },
    },
    "prediction": {
        "backward": {"x": X, "y": Y},
        "calibration_curve": {"y": Y, "risk": RISK},
        "calibration_measures": {"y": Y, "risk": RISK},
        "hosmer_lemeshow": {"y": Y, "risk": RISK},
        "lasso_path": {"x": X, "y": Y, "folds": 3, "lambdas": 5},
        "logistic": {"x": X, "y": Y},
        "logistic_optimism": {"x": X, "y": Y, "resamples": 9},
        "net_benefit": {"y": Y, "risk": RISK, "thresholds": [0.1, 0.5]},
        "nomogram": {"coefficients": {"a": 0.5}, "ticks": {"a": [0, 1, 2]}},
        "round_ticks": {"low": 0, "high": 9},
        "smooth_calibration": {"y": Y, "risk": RISK},
        MODEL.predict: {"x": X},
        PATH.model: {},
        PATH.selected: {},
        PATH.predict: {"x": X},
        CHART.read: {"patients": {"a": [0, 1], "b": ["no", "yes"]}},
        CHART.risk: {"total": 10},
    },
    "meta": {
        "egger_test": STUDIES,
        "log_ratios": {"ratio": EFFECT + 1, "lower": EFFECT + 0.9, "upper": EFFECT + 1.2},
        "pool": STUDIES,
        "q_profile": STUDIES,
    },
    "response": {
        "best_response": {"visits": VISITS},
        "response_rates": {"responses": ["PR", "SD", "PD"]},
        "timepoints": {"lesions": LESIONS},
    },
    "indices": {
        "albi": {"albumin": np.array([40.0, 30]), "bilirubin": np.array([10.0, 20])},
        "albi_grade": {"score": -2.0},
        "cally": {"crp": 5.0, "albumin": 40.0, "lymphocytes": 1.5, "crp_unit": "mg/L"},
        "convert": {"name": "albumin", "values": 4.0, "unit": "g/dL"},
        "crafity": {"afp": 50.0, "crp": 5.0, "crp_unit": "mg/L"},
        "malbi_grade": {"score": -2.0},
        "nlr": {"neutrophils": np.array([4.0, 5]), "lymphocytes": np.array([1.5, 2])},
        "plr": {"platelets": 200.0, "lymphocytes": 1.5},
        "pni": {"albumin": 40.0, "lymphocytes": 1.5},
        "sii": {"platelets": 200.0, "neutrophils": 4.0, "lymphocytes": 1.5},
    },
}

RATIO = {"lower": "0.46", "upper": "0.98"}
TWO_STUDIES = {"i2": "0", "lower": "0.50", "upper": "2.00"}
TESTED = [[3, 1], [1, 3]]
SUMMARIES = {"means": ["50.5", "51.2"], "sds": ["9.7", "7.9"], "sizes": [110, 42]}
AREAS = {"first": ("0.80", "0.72", "0.88"), "second": ("0.70", "0.61", "0.79")}
POOLS = [("0", 2, "1.1", "0.9", "1.3"), ("0", 3, "1.2", "1.0", "1.5")]
CALLS["audit"] = {
    "auc_bounds": {**COUNTS, "auc": "0.80"},
    "auc_correlation": {**AREAS, "p": "0.05"},
    "auc_interval": {"auc": "0.80", "positives": 30, "negatives": 40},
    "auc_interval_readings": {"auc": "0.80", "lower": "0.70", "upper": "0.90"},
    "brier_bounds": {"brier": "0.10", "positives": 30, "negatives": 70},
    "censored_before_median": {"n": 110, "events": 48},
    "centre_of_interval": {"estimate": "0.67", **RATIO},
    "chi_square_p": {"statistic": 3.84},
    "coefficient_p": {"z": "1.96", "p": "0.050"},
    "column_readings": {"coefficient": "0.67", "value": "1.95", **RATIO, "p": "0.03"},
    "count_tests": {"table": TESTED},
    "counts": {"percent": "78.18", "n": 110},
    "denominators": {"percents": ["50.0", "25.0"], "n_max": 20},
    "direction": {"coefficient": "0.5", "table": TESTED},
    "events_for_two_studies": TWO_STUDIES,
    "events_needed": RATIO,
    "grim": {"mean": "5.19", "n": 28},
    "grimmer": {"mean": "3.44", "sd": "2.47", "n": 18},
    "hazard_ratio_readings": {
        "hr": "0.67",
        **RATIO,
        "p": "0.04",
        "median_a": "9.1",
        "median_b": "6.2",
        "n": 90,
    },
    "heterogeneity_p": {"i2": "65", "k": 4, "p": "0.04"},
    "inside_interval": {"value": "0.67", **RATIO},
    "interaction_p": {
        "first": ("0.67", "0.46", "0.98"),
        "second": ("0.88", "0.71", "1.08"),
        "p": "0.2",
    },
    "judge": {"printed": "0.67", "computed": 0.668},
    "logrank_p_bounds": {"hr": "0.67", **RATIO, "p": "0.04"},
    "median_of_union": {"median": "7.0", "parts": ["6.0", "8.0"]},
    "limit_from_other": {"estimate": "0.67", "limit": "0.46", "other": "0.98"},
    "month_lengths": {"months": ["1.0", "2.0"]},
    "odds_ratio": {"value": "1.12", "coefficient": "0.111"},
    "p_from_counts": {"p": "0.49", "table": TESTED},
    "p_from_interval": {"estimate": "0.67", **RATIO, "p": "0.04"},
    "p_from_summaries": {"p": "0.65", **SUMMARIES},
    "percentage": {"percent": "78.18", "count": 86, "n": 110},
    "pooled_mean": {"printed": "50.7", "means": SUMMARIES["means"], "sizes": [110, 42]},
    "pooled_sd": {"printed": "9.2", **SUMMARIES},
    "q_from_i2": {"i2": "50", "k": 3},
    "q_partition": {"i2": "50", "k": 5, "subgroups": POOLS},
    "random_effects_check": {**TWO_STUDIES, "patients": 200},
    "rate": {"printed": "74.1", "table": COUNTS, "name": "sensitivity"},
    "ratio_of_medians": {"ratio": "0.67", "median_a": "9.1", "median_b": "6.2"},
    "same": {"printed": "0.67", "other": "0.7"},
    "sd_in_range": {"sd": "1.2", "mean": "3.0", "lowest": 1, "highest": 5, "n": 10},
    "standard_error": RATIO,
    "study_counts": {"i2": "65", "p": "0.04", "k_max": 9},
    "summary_tests": SUMMARIES,
    "survival_at_median": {"n": 100, "follow_up": "8.0", "median": "6.0"},
    "tables": {"n": 10, "sensitivity": "75", "specificity": "66.7"},
    "tables_within": {"positives": 5, "negatives": 7, "sensitivity": "75", "specificity": "66.7"},
    "total": {"printed": "1,508", "parts": ["1,000", "508"]},
    "two_sided_p": {"z": 1.96},
    "wald_limits": {"coefficient": "0.111", "z": "4.61", "lower": "0.06", "upper": "0.16"},
    "within_group_concordance": {**COUNTS, "auc": "0.80"},
}


STUDY_ROWS = studies.load()
RATIO_ROW = STUDY_ROWS[STUDY_ROWS["quantity"] == "hazard ratio"].iloc[0]
REGISTER = import_module("hccbook.reported").load("mri").head(3)
CALLS |= {
    "cohorts": {
        "build": {"paper": "mri"},
        "load": {"paper": "mri"},
        "report": {"paper": "mri"},
        "splits": {},
        "targets": {"paper": "mri"},
    },
    "display": {
        "badge": {"kind": "ev", "word": "summary"},
        "progress": {"steps": [1], "label": "x"},
        "say": {"lines": "x"},
        "show": {"fig": plt.figure(), "alt": "x" * 90, "caption": "x", "synthetic": False},
        "table": {"frame": FRAME.head(2), "caption": "x"},
    },
    "estimate": {"format_p": {"p": 0.04}, "printed": {"number": "0.04"}, "number": {"value": 0.04}},
    "reported": {
        "cells": {"paper": "mri"},
        "completeness": {"paper": "mri"},
        "contract": {},
        "digit_strings": {"text": "1 of 2"},
        "load": {"paper": "mri"},
        "number": {"id": REGISTER.index[0]},
        "papers": {},
        "read": {"path": DATA / "reported" / "mri.csv"},
        "results": {"paper": "mri"},
        "row": {"id": REGISTER.index[0]},
        "text": {"id": REGISTER.index[0]},
    },
    "simulate": {
        "generator": {"seed": 1, "repetition": 0},
        "repeat": {"function": str, "times": 2, "seed": 0},
    },
    "studies": {
        "best": {
            "frame": STUDY_ROWS,
            "marker": "SII",
            "endpoint": "OS",
            "quantity": "hazard ratio",
        },
        "check_ratio": {"row": RATIO_ROW},
        "high_against_low": {"row": RATIO_ROW},
        "load": {},
        "names": {},
        "ranges": {"frame": STUDY_ROWS, "marker": "SII", "endpoint": "OS"},
        "tabulated": {"frame": STUDY_ROWS, "marker": "SII", "endpoint": "OS"},
    },
}


def record(
    id,
    computed=None,
    evidence="arithmetic",
    at="a",
    field="printed",
    lower=None,
    upper=None,
    note="",
):
    """Record on a new scorecard: a line can be there once only."""
    kept = {"at": at, "field": field, "lower": lower, "upper": upper, "note": note}
    scorecard.Scorecard("a-lab").record(id, computed, evidence, **kept)


def record_interval(id, value, lower, upper, evidence, at="a"):
    card = scorecard.Scorecard("a-lab")
    card.record_interval(id, value, lower, upper, evidence, at=at)


def open_card(notebook):
    scorecard.Scorecard(notebook)


def fitted():
    """A Kaplan-Meier curve, which loads lifelines."""
    from lifelines import KaplanMeierFitter

    return KaplanMeierFitter().fit(TIME, EVENT)


LINES = scorecard.load().head(2)
INTERVAL = "magnesium.derivation.pfs.hr"
CALLS["scorecard"] = {
    "as_json": {},
    "computed_text": {"line": LINES.iloc[0].to_dict()},
    "label": {"id": INTERVAL},
    "load": {},
    "readable": {"lines": LINES},
    "totals": {},
    "write_json": {},
    open_card: {"notebook": "a-lab"},
    record: {"id": INTERVAL, "computed": 0.4},
    record_interval: {
        "id": INTERVAL,
        "value": 0.4,
        "lower": 0.3,
        "upper": 0.5,
        "evidence": "arithmetic",
    },
}
RISKS = {"y": Y, "risk": RISK}
CALLS["figures"] = {
    "calibration": {
        "frame": prediction.calibration_curve(**RISKS),
        "smooth": prediction.smooth_calibration(**RISKS),
    },
    "decision_curve": {"frame": prediction.net_benefit(**RISKS, thresholds=[0.2, 0.4])},
    "forest": {"labels": ["a", "b"], "estimates": [1, 2], "lowers": [0.5, 1], "uppers": [2, 3]},
    "forest_meta": {
        "studies": pd.DataFrame(
            {"ratio": [1.5], "lower": [1.0], "upper": [2.0], "weight": [100.0]}, ["a"]
        ),
        "pooled": {"all": (1.5, 1.0, 2.0)},
    },
    "kaplan_meier": {"fits": {"all": fitted()}},
    "nomogram": {"nomogram": CHART, "patient": {"a": 1, "b": "no"}},
    "use_style": {},
    "verdicts": {"counts": pd.DataFrame({"exact": [3]}, ["a"])},
}
CALLS["exercises"] = {
    "check": {"name": "radiotherapy-lab.1", "answer": 2},
    "load": {},
    "made_up_finding": {"seed": 1},
    "shared_percentages": {"seed": 1},
    "student_seed": {"name": "a student"},
}
STEM = "sii.os.subgroup"
PAIR = reconstruction.from_register(f"{STEM}.hbv", (0, 1), "dl")
OTHER_PAIR = reconstruction.from_register(f"{STEM}.no-local-treatment", (0, 1), "dl")
GROUP_OF_4 = reconstruction.from_register(f"{STEM}.hbv-mixed", range(4), "dl", ["p"])
OTHER_GROUP = reconstruction.from_register(f"{STEM}.local-treatment", range(4), "dl")
SETS = {"effect": np.full((1, 2), 0.5), "se": np.full((1, 2), 0.2)}
WITHIN = {"effect": [[-1.0, 1.0]] * 2, "se": [[0.1, 1.0]] * 2, "results": [PAIR]}
BOUND = {"least_se": 2 / 189**0.5}
CALLS["reconstruction"] = {
    "draw": {**WITHIN, "given": [False, False], "sets": 1, "tries": 9},
    "from_register": {"stem": f"{STEM}.hbv", "members": (0, 1), "method": "dl"},
    "in_two_pairs": {
        "first": PAIR,
        "second": OTHER_PAIR,
        "sides": ("low", "high"),
        **BOUND,
    },
    "misses": {**SETS, "results": [PAIR]},
    "nearest": {**WITHIN, "starts": 2, "steps": 2},
    "one_exchanged": {
        "first": GROUP_OF_4,
        "second": OTHER_GROUP,
        "places": (None, (PAIR, "low")),
        **BOUND,
    },
    "pair_in_group": {"pair": OTHER_PAIR, "group": GROUP_OF_4, **BOUND},
    "reproduces": {**SETS, "result": PAIR},
}
CALLS["relations"] = {
    "checks": {"paper": "radiotherapy"},
    "lines": {"paper": "radiotherapy"},
    "find": {"paper": "tipm", "pattern": "table1.{row}.all.mean"},
    "load": {"paper": "radiotherapy"},
}
CALLS["injection"] = {
    "error_free": {
        "relation": relations.load("radiotherapy")["counts-and-percentages"][0],
        "cells": import_module("hccbook.reported").cells("radiotherapy"),
        "rng": RNG,
    },
    "inject": {"changes": 1},
}

RAGGED = [[1, 2], [3]]
#: What no argument can mean.
NEVER = [
    object(),
    1j,
    np.array([1j, 2]),
    np.ma.masked_array([1.0, 2.0], [False, True]),
    np.ma.masked_array([1.0] * N, [False, True] * (N // 2)),
    np.array(["2024-01-01", "2025-01-01"], dtype="datetime64[ns]"),
    pd.Series(pd.date_range("2024-01-01", periods=N)),
    pd.Series(pd.to_timedelta(np.arange(N), unit="D")),
    np.timedelta64(3, "D"),
    pd.Timestamp("2024-01-01"),
    RAGGED,
    [1, pd.NA, 0],
    pd.Series([1, None] * (N // 2), dtype="Int64"),
    pd.DataFrame({("a", 1): [1, 2], ("a", 2): [None, pd.NA]}),
    lambda: 1,
]
#: What some arguments can mean.
SOMETIMES = [
    None,
    pd.NA,
    pd.NaT,
    np.nan,
    np.inf,
    -1,
    0,
    2.5,
    10**400,
    True,
    "",
    "no",
    "3.2",
    b"3.2",
    [],
    {},
    set(),
    ["1", "0"] * (N // 2),
    np.array(["1", "0"] * (N // 2)),
    pd.Series(["1", "0"] * (N // 2), dtype=object),
    [None] * N,
    [1, 2],
    [0, np.nan],
    [[]],
    [[0, 1]],
    [RAGGED],
    {"a": 1},
    {1: None},
    np.array(3.0),
    np.zeros((2, 2, 2)),
    np.zeros(N),
    pd.DataFrame(),
    pd.DataFrame({"a": [1, 2]}),
    pd.DataFrame([[1, 2]], columns=["a", "a"]),
    slice(1),
]
#: Arguments that take whatever there is.
ANYTHING = {
    "survival.proportional_hazards_test, terms",
    "audit.chi_square_p, statistic",  # NaN stays NaN
    "audit.two_sided_p, z",
    "display.progress, label",
    "display.progress, steps",
    "estimate.printed, name",
    "simulate.repeat, function",  # whose own errors are RuntimeErrors with the repetition
    "simulate.repeat, label",
    "studies.check_ratio, where",
}
#: Arguments whose value decides whether another one is wrong, which is named then.
RELATED = {
    "survival.landmark, time": ["response_time"],
    "survival.rmst, time": ["horizon"],
    "prediction.nomogram, coefficients": ["ticks"],
    "indices.convert, values": ["albumin"],
    "estimate.printed, number": ["text"],
    "scorecard.record_interval, value": ["computed"],
    "scorecard.record_interval, lower": ["computed"],
    "scorecard.record_interval, upper": ["computed"],
    "audit.same, whole": ["printed"],
    "reconstruction.from_register, stem": ["id"],
    "reconstruction.in_two_pairs, largest_se": ["least_se"],
    "reconstruction.misses, effect": ["se", "members"],
    "reconstruction.reproduces, effect": ["se"],
    "reconstruction.draw, effect": ["se", "given"],
    "reconstruction.nearest, effect": ["se", "members"],
    "reconstruction.one_exchanged, largest_se": ["least_se"],
    "reconstruction.pair_in_group, largest_se": ["least_se"],
    "audit.sd_in_range, highest": ["mean"],
    "audit.sd_in_range, lowest": ["mean"],
}


def public(room):
    """Names of the public functions of a room."""
    module = import_module(f"hccbook.{room}")
    own = [
        name
        for name, value in vars(module).items()
        if getattr(value, "__module__", None) == module.__name__ and not name.startswith("_")
    ]
    names = getattr(module, "__all__", own)
    return {
        name: getattr(module, name)
        for name in names
        if callable(getattr(module, name)) and not inspect.isclass(getattr(module, name))
    }


def call(function, arguments):
    """Call by name, but for what must be given by place."""
    places = inspect.signature(function).parameters.values()
    first = [p.name for p in places if p.kind in (p.POSITIONAL_ONLY, p.VAR_POSITIONAL)]
    named = {name: value for name, value in arguments.items() if name not in first}
    return function(*(arguments[name] for name in first), **named)


def outcome(function, label, valid, name, odd):
    """Return what is wrong with the answer to one odd argument, or nothing."""
    try:
        call(function, {**valid, name: odd})
    except ValueError as error:
        names = "|".join((name, *RELATED.get(f"{label}, {name}", ())))
        if re.search(rf"(^|as many as |of |than |at most )({names})\b", str(error)):
            return None
        return f"ValueError: {error}"
    except Exception as error:
        if isinstance(error, RuntimeError) and f"{label}, {name}" in ANYTHING:
            return None
        return f"{type(error).__name__}: {error}"
    parameter = inspect.signature(function).parameters.get(name)
    flag = parameter is not None and isinstance(parameter.default, bool)
    if any(odd is value for value in NEVER) or (flag and not isinstance(odd, bool)):
        return None if f"{label}, {name}" in ANYTHING else "accepted"
    return None


def test_every_room_is_tried():
    assert set(CALLS) == set(hccbook._MODULES)


@pytest.mark.parametrize("room", CALLS)
def test_odd_values_are_refused_by_name(room, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        scorecard, "RESULTS", shutil.copytree(scorecard.RESULTS, tmp_path / "results")
    )
    warnings.simplefilter("ignore")
    functions = public(room)
    calls = {key: value for key, value in CALLS[room].items() if isinstance(key, str)}
    assert set(functions) == set(calls), "an example of a valid call for every public function"
    failures = []
    for key, valid in CALLS[room].items():
        function = functions.get(key, key)
        label = f"{room}.{key if isinstance(key, str) else key.__qualname__}"
        call(function, valid)
        kinds = inspect.signature(function).parameters.values()
        for name in {**valid, **{p.name: 0 for p in kinds if p.kind != p.VAR_KEYWORD}}:
            for odd in NEVER + SOMETIMES:
                if wrong := outcome(function, label, valid, name, odd):
                    failures.append(f"{label}({name}={str(odd)!r:.50}): {wrong:.120}")
    plt.close("all")
    assert not failures, f"{len(failures)} answers:\n" + "\n".join(failures)


@pytest.mark.parametrize("room", ["accuracy", "survival", "prediction", "meta", "indices"])
def test_rows_of_pandas_objects_must_be_the_same(room):
    """Values of the same patients are never paired by position."""
    functions, tried = public(room), 0
    for name, valid in CALLS[room].items():
        rows = {key: value for key, value in valid.items() if isinstance(value, np.ndarray)}
        if not isinstance(name, str) or len(rows) < 2:
            continue
        framed = {
            key: (pd.DataFrame if value.ndim == 2 else pd.Series)(value)
            for key, value in rows.items()
        }
        function, tried = functions[name], tried + 1
        function(**{**valid, **framed})  # the same index
        for key in list(rows)[1:]:
            function(**{**valid, **framed, key: rows[key]})  # an array among them
            partner = next(k for k in rows if rows[k].shape[0] == rows[key].shape[0])
            if key == partner:
                continue
            moved = framed[key].set_axis(np.roll(np.arange(len(rows[key])), 1), axis=0)
            with pytest.raises(ValueError, match=f"^{key}: expected the index of "):
                function(**{**valid, **framed, key: moved})
    assert tried
