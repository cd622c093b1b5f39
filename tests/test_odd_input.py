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
from lifelines import KaplanMeierFitter, WeibullFitter
from reference import refused

import hccbook
from hccbook import prediction, reconstruction, relations, reported, scorecard, studies

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

# Of audits.
RATIO = {"lower": "0.46", "upper": "0.98"}
TWO_STUDIES = {"i2": "0", "lower": "0.50", "upper": "2.00"}
TESTED = [[3, 1], [1, 3]]
SUMMARIES = {"means": ["50.5", "51.2"], "sds": ["9.7", "7.9"], "sizes": [110, 42]}
AREAS = {"first": ("0.80", "0.72", "0.88"), "second": ("0.70", "0.61", "0.79")}
POOLS = [("0", 2, "1.1", "0.9", "1.3"), ("0", 3, "1.2", "1.0", "1.5")]
# Of the register and what is drawn.
STUDY_ROWS = studies.load()
RATIO_ROW = STUDY_ROWS[STUDY_ROWS["quantity"] == "hazard ratio"].iloc[0]
REGISTER = reported.load("mri").head(3)
RELATION = relations.load("radiotherapy")["counts-and-percentages"][0]
LINES = scorecard.load().head(2)
SIZE, RATE, INTERVAL = (f"magnesium.derivation.{x}" for x in ("n", "dcr", "pfs.hr"))
THREE_PARTS, TURNED = "il6-sii-lab.2", {"ratio": "0.64", "lower": "0.45", "upper": "0.91"}
CURVE, SMOOTH = prediction.calibration_curve(Y, RISK), prediction.smooth_calibration(Y, RISK)
BENEFIT = prediction.net_benefit(Y, RISK, [0.2, 0.4])
ONE_STUDY = pd.DataFrame({"ratio": [1.5], "lower": [1.0], "upper": [2.0], "weight": 1e2}, ["a"])
FITTED = KaplanMeierFitter().fit(TIME, EVENT)
WEIBULL = WeibullFitter().fit([1.0, 2.0, 3.0], [1, 1, 0])
# Of reconstructions.
STEM = "sii.os.subgroup"
PAIR = reconstruction.from_register(f"{STEM}.hbv", (0, 1), "dl")
OTHER_PAIR = reconstruction.from_register(f"{STEM}.no-local-treatment", (0, 1), "dl")
GROUP_OF_4 = reconstruction.from_register(f"{STEM}.hbv-mixed", range(4), "dl", ["p"])
OTHER_GROUP = reconstruction.from_register(f"{STEM}.local-treatment", range(4), "dl")
SETS = {"effect": np.full((1, 2), 0.5), "se": np.full((1, 2), 0.2)}
WITHIN = {"effect": [[-1.0, 1.0]] * 2, "se": [[0.1, 1.0]] * 2, "results": [PAIR]}
BOUND, FREE, SIDES = {"least_se": 2 / 189**0.5}, [False, False], ("low", "high")
# Few patients.
THREE = ([1, 2, 3], [1, 1, 0])
DOUBLED = pd.DataFrame({"x": [1, 3, 2, 4] * 2, "y": [2, 6, 4, 8] * 2})
SIX, TWO = np.arange(1.0, 7)[:, None], [[0, 1], [1, 0], [2, 1], [3, 5], [4, 2], [5, 2]]
Y6, Y_EVEN = [0, 0, 1, 0, 1, 1], [0, 1, 0, 1, 0, 1]

#: One row a case, by room: a valid call of every public function, by name, with the arguments
#: that odd values then replace; and calls that are refused, with the beginning of the message.
CASES = r"""
accuracy
  auc(y=Y, marker=MARKER)
  delong_paired(y=Y, first=MARKER, second=OTHER)
  proportion(count=3, n=10)
  youden(y=Y, marker=MARKER)
  youden_optimism(y=Y, marker=MARKER, resamples=9)
  youden_optimism([0, 1], [1, 2], 1, 0) -> resamples: .* both classes, got 0 of 1
survival
  c_index(**PATIENTS, score=MARKER)
  cox_model(**PATIENTS, covariates=X)
  cox_two_groups(**PATIENTS, group=GROUP)
  landmark(**PATIENTS, at=0.1, response_time=TIME / 2)
  logrank(**PATIENTS, group=GROUP)
  median(**PATIENTS)
  median_follow_up(**PATIENTS)
  proportional_hazards_test(**PATIENTS, covariates=X)
  rmst(**PATIENTS, horizon=0.2)
  logrank([1, 2], [0, 0], [0, 1]) -> event: expected at least one event, got none
  c_index([1, 2], [0, 0], [1, 2]) -> event: expected at least one
  c_index([1, 1], [1, 1], [1, 2]) -> time: expected a patient followed
  landmark(*THREE, 3) -> at: expected .* less than .* 3, got 3
  landmark(*THREE, 1, [1, 2, 3], [0, 0, 1]) -> group: .* got both
  landmark(*THREE, 1, None, [0, 1]) -> group: expected 3 values
  landmark(*THREE, 1, [1, 2]) -> response_time: expected 3 values
  landmark(*THREE, 1, [-1, 2, 3]) -> response_time: expected 0 to 1, .* got -1
  landmark(*THREE, 1, [1, 2.5, 3]) -> response_time: expected 0 to 2, .* got 2.5 at position 1
  cox_model(*THREE, [3, 2, 1]) -> covariates: .* for 0: .* separating
  cox_model([*range(8)], [1] * 8, DOUBLED) -> covariates: .* for x, y: .* collinear
  proportional_hazards_test([*range(8)], [1] * 8, DOUBLED) -> covariates: .* collinear
  proportional_hazards_test([1, 2], [1, 1], pd.DataFrame({"GLOBAL": [1, 2]})) -> .* got GLOBAL
prediction
  backward(x=X, y=Y)
  calibration_curve(y=Y, risk=RISK)
  calibration_measures(y=Y, risk=RISK)
  hosmer_lemeshow(y=Y, risk=RISK)
  lasso_path(x=X, y=Y, folds=3, lambdas=5)
  logistic(x=X, y=Y)
  logistic_optimism(x=X, y=Y, resamples=9)
  net_benefit(y=Y, risk=RISK, thresholds=[0.1, 0.5])
  nomogram(coefficients={"a": 0.5}, ticks={"a": [0, 1, 2]})
  round_ticks(low=0, high=9)
  smooth_calibration(y=Y, risk=RISK)
  MODEL.predict(x=X)
  PATH.model()
  PATH.selected()
  PATH.predict(x=X)
  CHART.read(patients={"a": [0, 1], "b": ["no", "yes"]})
  CHART.risk(total=10)
  logistic(pd.DataFrame({"intercept": range(6)}), Y6) -> x: .* names other than 'intercept'
  logistic([[2]] * 6, Y6) -> x\['x1'\]: expected a column that varies
  logistic(np.tile(SIX, 2), Y6) -> x: expected columns of which none
  logistic(SIX, [0] * 6) -> y: expected both classes
  logistic(SIX, Y6).predict([[1, 2]]) -> x: expected 1 columns, got 2
  backward(SIX, sorted(Y6)) -> y: expected classes that overlap
  logistic_optimism(SIX, sorted(Y6)) -> y: expected classes that overlap
  logistic_optimism(SIX, Y6, 0) -> resamples: expected a whole
  logistic_optimism(SIX, Y6, [[0, 1]]) -> resamples: .* rows of 6 patients from 0 to 5
  logistic_optimism(SIX, Y6, [[1, 2, 3, 4, 5, 6]]) -> resamples: .* from 0 to 5
  logistic_optimism(SIX, Y6, [[0] * 6]) -> resamples: expected one or more in which
  lasso_path([[1, np.nan]] * 6, Y6, 3) -> x\['x2'\]: expected finite numbers, got nan
  lasso_path(np.ones((6, 2)), Y6, 3) -> x: expected a column that varies, got none
  lasso_path([[1], [1], [2], [2], [3], [3]], Y_EVEN, 3) -> x: expected a column that is associated
  lasso_path(TWO, [0, 1, 0, 0, 0, 0], [0, 1, 2] * 2) -> y: .* outside of fold 1, got only 0
  lasso_path(TWO, Y6, [0, 1] * 3) -> folds: expected at least 3 folds, got 2
  lasso_path(DOUBLED.iloc[:6, [0, 0]], Y6, 3) -> x: .* different names
  PATH.selected("min") -> at: expected one of lambda_1se, lambda_min
  PATH.model(99) -> at: expected a lambda from .* to .*, got 99
  PATH.predict([[1], [2]]) -> x: expected 2 columns, got 1
  PATH.predict(pd.DataFrame({"x1": [1]})) -> x: expected the columns of the model, got no 'x2'
  nomogram({}, {}) -> coefficients: expected one or more, .* got \[\]
  nomogram(0.5, {}) -> coefficients: expected a mapping by name, got 0.5
  nomogram({"x": np.inf}, {"x": [0, 1]}) -> coefficients, x: expected a finite number, got inf
  nomogram({"g": {"a": 0, "b": np.nan}}, {}) -> coefficients, g, b: expected a number, got nan
  nomogram({"g": {"a": 0}}, {}) -> coefficients: .* two or more levels of 'g', got \['a'\]
  nomogram({"x": 0.0, "g": {"a": 1, "b": 1}}, {"x": [0, 1]}) -> coefficients: expected an effect
  nomogram({"risk": 1}, {"risk": [0, 1]}) -> coefficients: .* none named total or risk
  nomogram({"x": 1}, {}) -> ticks: expected those of 'x', got none
  nomogram({"x": 1}, {"x": [1, 1]}) -> ticks: expected two or more ascending .* got \[1.0, 1.0\]
  nomogram({"x": 1}, {"x": [0, 1]}, "1") -> intercept: expected a number, got '1'
  CHART.read({"a": 1}) -> patients: expected values of 'b', got none
  CHART.read({"a": 3, "b": "no"}) -> patients: expected 'a' from 0 to 2, the axis, got 3
  CHART.read({"a": 1, "b": ["no", "c"]}) -> patients, b: expected one of no, yes, got 'c'
  CHART.read({"a": np.nan, "b": "no"}) -> patients, a: expected finite numbers
  CHART.read({"a": [1, 2], "b": ["no"] * 3}) -> patients: .* one length, got .2, 3.
  round_ticks(2, 1) -> high:
  round_ticks(-np.inf, 1) -> low:
  round_ticks(0, 1, 1) -> most:
  net_benefit([], [], [0.1]) -> y: expected one or more values
  hosmer_lemeshow(Y, RISK, 2) -> groups: .* at least 3, got 2
  calibration_measures([0, 1, 0, 1], [0.2, 0.3, 1, 0]) -> risk: .* below 1, got 1 at position 2
meta
  egger_test(**STUDIES)
  log_ratios(ratio=EFFECT + 1, lower=EFFECT + 0.9, upper=EFFECT + 1.2)
  pool(**STUDIES)
  q_profile(**STUDIES)
  pool([[1], [2]], [[1], [2], [3]]) -> se: .* effect \(2, 1\), se \(3, 1\)
  pool(EFFECT, SE, where=[True]) -> where: .* got shape \(1,\)
  pool(EFFECT, SE, where=[False] * 4) -> effect: expected 1 or more .* got 0
  pool(EFFECT, SE, "dl", "yes") -> hartung_knapp: .* got 'yes'
  pool(EFFECT, SE, "fixed", True) -> hartung_knapp: expected False
  pool([[1], [2]], [1]).ratio -> ratio: expected one meta-analysis, got 2
  pool(EFFECT, SE, "fixed").prediction_interval -> method: .* got 'fixed'
  egger_test([1, 2], [0.1, 0.2]) -> effect: expected 3 or more .* got 2
  log_ratios([1, 1], [0.5, 0], [2, 2]) -> ratio: .* got 1 \(0 to 2\) at
  log_ratios([-1], [0.5], [2]) -> ratio: .* got -1 \(0.5 to 2\)
  log_ratios([1], [1], [1]) -> ratio: .* got 1 \(1 to 1\)
response
  best_response(visits=VISITS)
  response_rates(responses=["PR", "SD", "PD"])
  timepoints(lesions=LESIONS)
indices
  albi(albumin=np.array([40.0, 30]), bilirubin=np.array([10.0, 20]))
  albi_grade(score=-2.0)
  cally(crp=5.0, albumin=40.0, lymphocytes=1.5, crp_unit="mg/L")
  convert(name="albumin", values=4.0, unit="g/dL")
  crafity(afp=50.0, crp=5.0, crp_unit="mg/L")
  malbi_grade(score=-2.0)
  nlr(neutrophils=np.array([4.0, 5]), lymphocytes=np.array([1.5, 2]))
  plr(platelets=200.0, lymphocytes=1.5)
  pni(albumin=40.0, lymphocytes=1.5)
  sii(platelets=200.0, neutrophils=4.0, lymphocytes=1.5)
  nlr([1, 2], [1]) -> lymphocytes: expected 2 values, as many as neut
  plr([150, 160], [1, 0]) -> lymphocytes: .* got 0 at position 1
  plr(150, [1]) -> platelets: expected (values, as many as|one or more)
  pni([[40]], [[1]]) -> albumin: expected one or more values
  albi(900, 20) -> albumin: .* got 900 at position 0$
  albi_grade(39) -> score: expected the ALBI score from -6 to 1.2, got 39
  crafity(1, 1, crp_unit="g/L") -> crp_unit: .* mg/L, mg/dL.*, got 'g/L'
  cally(1, 4, 1, crp_unit="mg/L") -> albumin: .* which looks like g/dL
  convert("alb", 40, "g/L") -> name: expected one of albumin,
  convert("albumin", 40, "mg/L") -> unit: .* g/L, g/dL.*, got 'mg/L'
  convert("albumin", 39, "g/dL") -> albumin: .* 1 to 7, got 39 .* g/L
audit
  at_risk(number="61", before=["110", "80"], events=20)
  adjusted_p(q="0.03", p="0.01", others=["0.02", "0.04"])
  auc_bounds(**COUNTS, auc="0.80")
  auc_correlation(**AREAS, p="0.05")
  auc_interval(auc="0.80", positives=30, negatives=40)
  auc_interval_readings(auc="0.80", lower="0.70", upper="0.90")
  brier_bounds(brier="0.10", positives=30, negatives=70)
  censored_before_median(n=110, events=48)
  centre_of_interval(estimate="0.67", **RATIO)
  chi_square_p(statistic=3.84)
  coefficient_p(z="1.96", p="0.050")
  column_readings(coefficient="0.67", value="1.95", **RATIO, p="0.03")
  count_tests(table=TESTED)
  counts(percent="78.18", n=110)
  denominators(percents=["50.0", "25.0"], n_max=20)
  difference(printed="1.2", first="3.4", second="2.2")
  direction(coefficient="0.5", table=TESTED)
  events_for_two_studies(**TWO_STUDIES)
  events_needed(**RATIO)
  f1_score(f1="0.75", precision="0.69", recall="0.83")
  grim(mean="5.19", n=28)
  grimmer(mean="3.44", sd="2.47", n=18)
  hazard_ratio_readings(hr="0.67", **RATIO, p="0.04", median_a="9.1", median_b="6.2", n=90)
  heterogeneity_p(i2="65", k=4, p="0.04")
  inside_interval(value="0.67", **RATIO)
  interaction_p(first=("0.67", "0.46", "0.98"), second=("0.88", "0.71", "1.08"), p="0.2")
  judge(printed="0.67", computed=0.668)
  logrank_p_bounds(hr="0.67", **RATIO, p="0.04")
  median_of_union(median="7.0", parts=["6.0", "8.0"])
  limit_from_other(estimate="0.67", limit="0.46", other="0.98")
  month_lengths(months=["1.0", "2.0"])
  odds_ratio(value="1.12", coefficient="0.111")
  p_from_counts(p="0.49", table=TESTED)
  p_from_interval(estimate="0.67", **RATIO, p="0.04")
  p_from_statistic(value="2.20", p="0.036", df=["28"], test="t")
  p_from_summaries(p="0.65", **SUMMARIES)
  percentage(percent="78.18", count=86, n=110)
  pooled_mean(printed="50.7", means=SUMMARIES["means"], sizes=[110, 42])
  pooled_sd(printed="9.2", **SUMMARIES)
  proportion_intervals(count=5, n=20)
  proportion_limits(percent="25", lower="8.7", upper="49.1", n=20)
  q_from_i2(i2="50", k=3)
  q_partition(i2="50", k=5, subgroups=POOLS)
  quotient(printed="1.5", first="3.3", second="2.2")
  random_effects_check(**TWO_STUDIES, patients=200)
  rate(printed="74.1", table=COUNTS, name="sensitivity")
  remaining_percentage(percent="33.3", others=["33.3", "33.3"])
  ratio_of_medians(ratio="0.67", median_a="9.1", median_b="6.2")
  resampled_beyond(auc="0.85", limit="0.65", positives=31, negatives=76)
  same(printed="0.67", other="0.7")
  sd_in_range(sd="1.2", mean="3.0", lowest=1, highest=5, n=10)
  standard_error(**RATIO)
  study_counts(i2="65", p="0.04", k_max=9)
  summary_tests(**SUMMARIES)
  survival_at_median(n=100, follow_up="8.0", median="6.0")
  tables(n=10, sensitivity="75", specificity="66.7")
  tables_within(positives=5, negatives=7, sensitivity="75", specificity="66.7")
  total(printed="1,508", parts=["1,000", "508"])
  two_sided_p(z=1.96)
  wald_limits(coefficient="0.111", z="4.61", lower="0.06", upper="0.16")
  within_group_concordance(**COUNTS, auc="0.80")
  judge("1", 1, 2, 1) -> lower: expected at most upper = 1, got 2
  same("1.5", "2", True) -> printed: expected a whole number, got '1.5'
  tables(5) -> rates: expected some of
  tables(5, ppv="5", recall="5") -> rates: .* got \['ppv', 'recall'\]
  tables_within(5, 5, sensitivity="75") -> rates: .* sensitivity and spec
  rate("5", COUNTS, "recall") -> name: .* got 'recall'
  p_from_statistic("2", "1", ["5"], test="r") -> value: .* r from -1 to 1, got
  p_from_statistic("-2", "1", ["5", "3"], test="F") -> value: .* F from 0
  auc_bounds(1, 0, 1, 0, "0.5") -> tp, fp, fn, tn: .* both classes
  hazard_ratio_readings("0.5", "0.3", "0.8", "0.1", "2", "1", 10, (5, 6)) -> sizes: .* = 10
cohorts
  build(paper="mri")
  load(paper="mri")
  report(paper="mri")
  splits()
  targets(paper="mri")
display
  badge(kind="ev", word="summary")
  badge("vd", "summary") -> word: expected one of exact, .*got 'summary'
  play(name="forest", given={"a": 1}, frame=FRAME.head(2), caption="x")
  progress(steps=[1], label="x")
  say(lines="x")
  show(fig=plt.figure(), alt="x" * 90, caption="x", synthetic=False)
  table(frame=FRAME.head(2), caption="x")
  show(plt.Figure(), " " * 60, "x", False) -> alt:
  show(plt.Figure(), "x" * 39, "x", False) -> alt:
  show(plt.Figure(), "x" * 40, " ", False) -> caption: .* got ' '
  table(FRAME, "x", digits={"t": 1.5}) -> digits: .* got 1.5
  table(FRAME, "x", digits={"c": 1}) -> digits: .* got 'c'
  table(FRAME, "x", filters=["t", "c"]) -> filters: .* got \['c'\]
  table(FRAME.set_index(["t", "e"]), "x") -> frame: .* one level
  table(FRAME.set_index(["t", "e"]).T, "x") -> frame: .* one level
findings
  cards(paper="mri")
  load(paper="mri")
guidelines
  load(paper="mri")
  show(paper="mri")
estimate
  format_p(p=0.04)
  parse(text="0.66 (0.52–0.85)")
  as_printed(number="0.04")
  hccbook.estimate.Estimate("0.5") -> value: expected a number, or NaN, got '0.5'
  hccbook.estimate.Estimate(0.5, None, None) -> lower: expected a number, or NaN, got None
  hccbook.estimate.Estimate(0.5, 0.4, 0.6, se=True) -> se: expected a number, or NaN, got True
  format_number(value=0.04)
reported
  cells(paper="mri")
  completeness(paper="mri")
  contract()
  digit_strings(text="1 of 2")
  load(paper="mri")
  number(id=REGISTER.index[0])
  papers()
  read(path=reported.DATA / "reported" / "mri.csv")
  results(paper="mri")
  row(id=REGISTER.index[0])
  text(id=REGISTER.index[0])
  title(paper="mri")
  load("magnesia") -> paper: expected one of .*, got 'magnesia'
  row("magnesium.derivation.m") -> id: .*'magnesium\.derivation\.n'
  row("magnesum.derivation.n") -> id: .*near: \['magnesium'\]
  text(SIZE, "note") -> field: .*got 'note'
  number(SIZE, "p") -> field: .* prints no 'p'
  number("magnesium.validation.dcr") -> magnesium.*, printed: .* got 'higher'
  read("nowhere.csv") -> path: .* that is there, got 'nowhere.csv'
simulate
  generator(seed=1, repetition=0)
  repeat(function=str, times=2, seed=0)
  repeat(3, 10) -> function: expected a function, got 3
  repeat(str, 0) -> times: expected a whole number of at least 1, got 0
  repeat(str, 2, -1) -> seed: expected a whole number of at least 0, got -1
  repeat(str, 2, workers=0) -> workers: .* at least 1, got 0
  generator(0, -1) -> repetition: .* at least 0, got -1
studies
  best(frame=STUDY_ROWS, marker="SII", endpoint="OS", quantity="hazard ratio")
  check_ratio(row=RATIO_ROW)
  high_against_low(row=RATIO_ROW)
  load()
  names()
  ranges(frame=STUDY_ROWS, marker="SII", endpoint="OS")
  tabulated(frame=STUDY_ROWS, marker="SII", endpoint="OS")
  tabulated(STUDY_ROWS, "NLR", "OS") -> marker: expected one of
  ranges(STUDY_ROWS, "SII", "RFS") -> endpoint: expected one of
  best(STUDY_ROWS, "SII", "OS", "odds") -> quantity: expected one of
  ranges(STUDY_ROWS, "SII", "OS", ["du-2024"]) -> as_printed: expected
  high_against_low({**RATIO_ROW, "lower": "", "upper": ""}) -> row, lower: expected confidence
  check_ratio({**RATIO_ROW, "value": ""}) -> row, value: expected a number, got none
scorecard
  as_json()
  computed_text(line=LINES.iloc[0].to_dict())
  label(id=INTERVAL)
  load()
  readable(lines=LINES)
  totals()
  write_json()
  open_card(notebook="a-lab")
  record(id=INTERVAL, computed=0.4, field="printed", lower=None, upper=None, note="")
  record_interval(id=INTERVAL, value=0.4, lower=0.3, upper=0.5, evidence="arithmetic")
  record(SIZE, 0.5, field="p") -> field: .* prints no 'p'
  record(SIZE, hccbook.audit.percentage("30", 9, 30), "held-out") -> evidence: .* got 'held-out'
  record("magnesium.validation.dcr", 1) -> computed: expected text, got 1
  record(SIZE, 1, "held-out") -> lower, upper:
  record(SIZE, 110, at="a b") -> at: .* got 'a b'
  open_card("../x") -> notebook: .* got '../x'
figures
  calibration(frame=CURVE, smooth=SMOOTH)
  decision_curve(frame=BENEFIT)
  forest(labels=["a", "b"], estimates=[1, 2], lowers=[0.5, 1], uppers=[2, 3])
  forest_meta(studies=ONE_STUDY, pooled={"all": (1.5, 1.0, 2.0)})
  kaplan_meier(fits={"all": FITTED})
  nomogram(nomogram=CHART, patient={"a": 1, "b": "no"})
  use_style()
  verdicts(counts=pd.DataFrame({"exact": [3]}, ["a"]))
  forest([], [], [], []) -> labels:
  forest(["a"], [1, 2], [1], [2]) -> estimates:
  forest(["a"], [-1], [1], [2]) -> estimates:
  forest(["a"], [1], [0], [2]) -> lowers:
  forest_meta(ONE_STUDY[["ratio"]], {"a": (1, 1, 2)}) -> studies: expected the columns
  forest_meta(ONE_STUDY.assign(lower=0), {"a": (1, 1, 2)}) -> studies: expected ratios
  forest_meta(ONE_STUDY, {"a": (1, np.nan, 2)}) -> pooled: expected finite
  forest_meta(ONE_STUDY, {"a": (1, 2)}) -> pooled: expected results
  forest_meta(ONE_STUDY, {}) -> pooled: expected ratios
  forest_meta(ONE_STUDY[:0], {"a": (1, 1, 2)}) -> studies: expected a data frame
  kaplan_meier({}) -> fits: .*got 0
  kaplan_meier(dict.fromkeys("abcde", FITTED)) -> fits: .*got 5
  kaplan_meier({"a": FITTED}, step=0) -> step:
  kaplan_meier({"a": FITTED}, step=np.nan) -> step:
  kaplan_meier({"a": WEIBULL}) -> fits: expected fitted Kaplan-Meier curves
  verdicts(pd.DataFrame({"good": [1]})) -> counts: .*'good'
  verdicts(pd.DataFrame({"exact": [-1]})) -> counts: .*-1
  verdicts(pd.DataFrame({"exact": [1, 0.5]})) -> counts: .*0.5
  verdicts(pd.DataFrame({"exact": [0]})) -> counts: .*none
  verdicts(pd.DataFrame()) -> counts: .* got none
  decision_curve(BENEFIT[["threshold"]]) -> frame: expected the columns .*none
  decision_curve(BENEFIT[:1]) -> frame: expected two or more thresholds
  decision_curve(BENEFIT.assign(model=np.nan)) -> frame, model: expected finite .* nan
  decision_curve(BENEFIT.assign(lower=0)) -> frame: expected the columns .*upper
  decision_curve(BENEFIT, "treat all") -> name: .* got 'treat all'
  calibration(BENEFIT, SMOOTH) -> frame: expected the columns .*'n'
  calibration(CURVE[:0], SMOOTH) -> frame: expected a data frame with rows
  calibration(CURVE, True) -> smooth: expected a data frame .*, got bool
  calibration(CURVE, SMOOTH[:1]) -> smooth: expected the 24 patients of frame, got 1
  nomogram(CHART, {"b": "no"}) -> patient: expected values of 'a', got none
  nomogram(CHART, {"a": 6, "b": "no"}) -> patient: expected 'a' from 0 to 2, the axis, got 6
  nomogram(CHART, {"a": 1, "b": "c"}) -> patient, b: expected one of no, yes, got 'c'
  nomogram(CHART, {"a": [1, 2], "b": "no"}) -> patient: expected one patient, got 2
  nomogram(CHART, {"a": 1, "b": "no"}, " ") -> outcome: expected text, got ' '
coverage
  factors()
  central(values=RISK)
  widened(kind="medians: log-rank P", low=0.1, middle=0.2, high=0.3)
  central([]) -> values: expected one or more
  widened("log-rank P", 0.1, 0.2, 0.3) -> kind: expected one of
exercises
  check(name="radiotherapy-lab.1", answer=2)
  check("radiotherapy-lab.3", 0.1) -> given: expected what the text of radiotherapy-
  check("radiotherapy-lab.3", 0.1, n=60, seed=7) -> given: expected what the text of radiotherapy-
  check("lab.9", 1) -> name: .*'lab\.9'
  load()
  made_up_finding(seed=1)
  shared_percentages(seed=1)
  own_numbers(name="mri-lab.3", student="a student")
  student(name="a student")
  student_seed(name="a student")
reconstruction
  draw(**WITHIN, given=[False, False], sets=1, tries=9)
  from_register(stem=f"{STEM}.hbv", members=(0, 1), method="dl")
  in_two_pairs(first=PAIR, second=OTHER_PAIR, sides=("low", "high"), **BOUND)
  beside_print(**SETS, results=[PAIR])
  reconstruction.Result("a", (0, 0), "fixed", "1.2", "1.1", "1.3", i2="0") -> members: .*once
  reconstruction.Result("a", (0, 1), "fixed", "1.2", "1.3", "1.1", i2="0") -> lower: expected
  nearest(**WITHIN, starts=2, steps=2)
  one_exchanged(first=GROUP_OF_4, second=OTHER_GROUP, places=(None, (PAIR, "low")), **BOUND)
  pair_in_group(pair=OTHER_PAIR, group=GROUP_OF_4, **BOUND)
  reproduces(**SETS, result=PAIR)
  PAIR._replace(members=(0,)) -> members: expected
  PAIR._replace(members=(0, "1")) -> members: expected
  PAIR._replace(method="reml") -> method: expected one of
  PAIR._replace(ratio="two") -> ratio: expected one printed number
  PAIR._replace(lower="0.0") -> lower: expected a number above 0
  PAIR._replace(p="n.s.") -> p: expected one printed number
  PAIR._replace(i2="90", q_p="0.50") -> i2: expected one that
  PAIR._replace(i2=None, q_p=None) -> i2: expected one that
  draw(**WITHIN | {"effect": [[1.0]] * 2}, given=FREE) -> effect: expected shape
  draw(**WITHIN | {"effect": [[1.0, -1.0]] * 2}, given=FREE) -> effect: expected finite
  draw(**WITHIN | {"se": [[0.0, 1.0]] * 2}, given=FREE) -> se: expected ranges above 0
  draw(**WITHIN, given=[0, 1]) -> given: expected True or False
  draw(**WITHIN | {"results": [PAIR._replace(members=(0, 2))]}, given=FREE) -> members: .* positions
  draw(**WITHIN, given=FREE, sets=0) -> sets: expected a whole number
  draw(**WITHIN, given=FREE, tries=0) -> tries: expected a whole number
  nearest(**WITHIN, starts=0) -> starts: expected a whole
  beside_print(np.ones((0, 2)), np.ones((1, 2)), [PAIR]) -> effect: expected one set
  from_register("il6.rfs", (0, 1), "dl") -> id: expected an id
  from_register("il6.os.pooled", (0, 1), "dl", ["hr"]) -> without: expected one of
  reproduces(np.ones(1), np.ones(2), PAIR) -> effect: expected the studies
  in_two_pairs(GROUP_OF_4, PAIR, SIDES, 0.1) -> first: expected a result of 2
  in_two_pairs(PAIR, OTHER_PAIR._replace(method="fixed"), SIDES, 0.1) -> second: expected random
  in_two_pairs(PAIR, OTHER_PAIR, ("low", "up"), 0.1) -> sides: expected one of low, high
  in_two_pairs(PAIR, OTHER_PAIR, ("low",), 0.1) -> sides: expected two of
  in_two_pairs(PAIR, OTHER_PAIR, SIDES, 0) -> least_se: expected one from 0
  in_two_pairs(PAIR, OTHER_PAIR, SIDES, np.nan) -> least_se: expected a number
  in_two_pairs(PAIR, OTHER_PAIR, SIDES, 0.1, "x") -> largest_se: expected a number
  pair_in_group(GROUP_OF_4, GROUP_OF_4, 0.1) -> pair: expected a result of 2
  pair_in_group(OTHER_PAIR, PAIR, 0.1) -> group: expected more than two
  pair_in_group(OTHER_PAIR, GROUP_OF_4._replace(ratio="2.20"), 0.1) -> group: expected a ratio in
  one_exchanged(GROUP_OF_4, PAIR, (None, (PAIR, "low")), 0.1) -> second: expected as many
  one_exchanged(GROUP_OF_4, OTHER_GROUP, (None, None), 0.1) -> places: expected one or two
  one_exchanged(GROUP_OF_4, OTHER_GROUP, (None, PAIR), 0.1) -> places: expected pairs
  one_exchanged(GROUP_OF_4, OTHER_GROUP, (None, (PAIR, "up")), 0.1) -> places: .* one of low, high
  one_exchanged(GROUP_OF_4, OTHER_GROUP, (None, (GROUP_OF_4, "low")), 0.1) -> places: .* result of
relations
  all_lines(paper="radiotherapy")
  lines(paper="radiotherapy")
  find(paper="tipm", pattern="table1.{row}.all.mean")
  load(paper="radiotherapy")
  find("mri", "n") -> pattern: expected one or two placeholders
  find("mri", "{a}.{b}.{c}") -> pattern: expected one or two
  relations.adapters.size("many") -> size: expected one printed number
  relations.adapters.significance("significant", ["1"], "") -> alpha: expected one printed number
  relations.adapters.significance("significant", ["low"]) -> p: expected one printed number
  relations.adapters.rank("highest", [("1", "high")]) -> .*expected one printed number
injection
  error_free(relation=RELATION, cells=reported.cells("radiotherapy"), rng=RNG)
  inject(changes=1)
  inject(0) -> changes: expected a whole number of at least 1, got 0
  error_free("x", {}, RNG) -> relation: expected one of a paper, got 'x'
  error_free(RELATION, {}, 1) -> rng: expected a numpy.random.Generator
"""


def record(id, computed=None, evidence="arithmetic", at="a", **kept):
    """Record on a new scorecard: a line can be there once only."""
    scorecard.Scorecard("a-lab").record(id, computed, evidence, at=at, **kept)


def record_interval(id, value, lower, upper, evidence, at="a"):
    card = scorecard.Scorecard("a-lab")
    card.record_interval(id, value, lower, upper, evidence, at=at)


def open_card(notebook):
    scorecard.Scorecard(notebook)


RAGGED = [[1, 2], [3]]
#: What no argument can mean.
NEVER = [
    *(object(), 1j, np.array([1j, 2]), lambda: 1, RAGGED),
    np.ma.masked_array([1.0, 2.0], [False, True]),
    np.ma.masked_array([1.0] * N, [False, True] * (N // 2)),
    np.array(["2024-01-01", "2025-01-01"], dtype="datetime64[ns]"),
    pd.Series(pd.date_range("2024-01-01", periods=N)),
    pd.Series(pd.to_timedelta(np.arange(N), unit="D")),
    *(np.timedelta64(3, "D"), pd.Timestamp("2024-01-01"), [1, pd.NA, 0]),
    pd.Series([1, None] * (N // 2), dtype="Int64"),
    pd.DataFrame({("a", 1): [1, 2], ("a", 2): [None, pd.NA]}),
]
#: What some arguments can mean.
SOMETIMES = [
    *(None, pd.NA, pd.NaT, np.nan, np.inf, -1, 0, 2.5, 10**400, True, np.array(3.0), slice(1)),
    *("", "no", "3.2", b"3.2", ["1", "0"] * (N // 2), np.array(["1", "0"] * (N // 2))),
    pd.Series(["1", "0"] * (N // 2), dtype=object),
    *([], {}, set(), [None] * N, [1, 2], [0, np.nan], [[]], [[0, 1]], [RAGGED], {"a": 1}),
    *({1: None}, np.zeros((2, 2, 2)), np.zeros(N), pd.DataFrame(), pd.DataFrame({"a": [1, 2]})),
    pd.DataFrame([[1, 2]], columns=["a", "a"]),
]
#: Arguments that take whatever there is.
ANYTHING = {
    "survival.proportional_hazards_test, terms",
    "audit.chi_square_p, statistic",  # NaN stays NaN
    "audit.two_sided_p, z",
    "display.progress, label",
    "display.progress, steps",
    "estimate.as_printed, name",
    "exercises.check, answer",  # in one sentence, and the notebook runs on
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
    "estimate.as_printed, number": ["text"],
    "scorecard.record_interval, value": ["computed"],
    "scorecard.record_interval, lower": ["computed"],
    "scorecard.record_interval, upper": ["computed"],
    "audit.same, whole": ["printed"],
    "reconstruction.from_register, stem": ["id"],
    "reconstruction.in_two_pairs, largest_se": ["least_se"],
    "reconstruction.beside_print, effect": ["se", "members"],
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


ROWS = {room: rows.splitlines() for room, rows in re.findall(r"(\w+)\n((?:  .*\n)+)", CASES)}


def valid_calls(room):
    """Yield the functions of a room, each by name, with its label and its arguments."""
    own = public(room)
    for row in (row for row in ROWS[room] if " -> " not in row):
        name, _, arguments = row.strip().partition("(")
        function = own.get(name) or eval(name)
        yield name, function, f"{room}.{function.__qualname__}", eval(f"dict({arguments}")


def test_every_function_is_tried():
    assert set(ROWS) == set(hccbook._MODULES)
    for room in ROWS:
        assert set(public(room)) <= {name for name, *_ in valid_calls(room)}, room


@pytest.mark.parametrize("room", ROWS)
def test_bad_input_is_named(room, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        scorecard, "RESULTS", shutil.copytree(scorecard.RESULTS, tmp_path / "results")
    )
    warnings.simplefilter("ignore")
    rows = [row.split(" -> ") for row in ROWS[room] if " -> " in row]
    refused((message, eval, row, globals() | public(room)) for row, message in rows)
    failures = []
    for _, function, label, valid in valid_calls(room):
        call(function, valid)
        kinds = inspect.signature(function).parameters.values()
        for name in {**valid, **{p.name: 0 for p in kinds if p.kind != p.VAR_KEYWORD}}:
            for odd in NEVER + SOMETIMES:
                if wrong := outcome(function, label, valid, name, odd):
                    failures.append(f"{label}({name}={str(odd)!r:.50}): {wrong:.120}")
    plt.close("all")
    assert not failures, f"{len(failures)} answers:\n" + "\n".join(failures)


SHORT = np.arange(N - 1) % 2
#: What no model or test of patients or studies takes, by argument.
UNFIT = {
    **dict.fromkeys(("alpha", "groups", "n"), (0,)),
    "at": (-1, 99),
    "count": (-1, 11),
    "covariates": (SHORT, np.empty((N, 0)), np.ones((N, 2))),
    "effect": ([], [np.inf] * 4),
    "event": ([2] * N, SHORT),
    **dict.fromkeys(("first", "score", "second"), (SHORT,)),
    "folds": (2, N + 1, SHORT),
    "group": ([1] * N, SHORT),
    "horizon": (0, 99),
    **dict.fromkeys(("lambdas", "ratio"), (1,)),
    "level": (0, 95, "95"),
    "marker": ([-np.inf] * N, SHORT),
    **dict.fromkeys(("convention", "limits", "method", "penalty", "rule", "ties"), ("x",)),
    **dict.fromkeys(("resamples", "seed"), (-1, 0.5)),
    "risk": ([-0.1] * N, [30.0] * N, SHORT / 2),
    "se": ([0] * 4, [0.1] * 3),
    "thresholds": ([], [-0.1], [1.0]),
    "time": ([-1.0] * N,),
    **dict.fromkeys(("tp", "fp", "fn", "tn"), (-1,)),
    "x": (SHORT, [[np.inf, 1]] * N),
    "y": ([1] * N, [0, 2] * (N // 2)),
}
NEGATIVE, PLAIN, COUNTED = ("-1", "< 5"), ("> 2", "NR"), (0, 2.5, np.inf)
PERCENTS, SHARES, RATIOS = ("101", *NEGATIVE, "1.0123456789"), ("1.0123456789", "NE"), ("0", "-1")
CELLS, TABLES = dict(COUNTS, tp=1), ([1, 2], [[1, 2]], [[1, 2], [3]], [[0, 2], [0, 4]])
THREE_NUMBERS = (("0.8", "0.7"), ("0.8", "0.9", "0.7"), ("> 1", "0.7", "0.9"), *PLAIN)
#: Printed numbers and counts that no audit takes, by argument, and more for some functions.
UNPRINTED = {
    "auc": ("1.2", "> 0.8", "85%"),
    "before": ([], ["110", "-1"]),
    "brier": ("< 0.1", "1.1"),
    "coefficient": PLAIN,
    "computed": (np.nan,),
    "count": (111, 0.5, -1),
    "df": (*COUNTED, [], ["0"], ["28", "3"], "28"),
    "events": (-1, 111),
    **dict.fromkeys(("estimate", "hr", "ratio", "median_a", "median_b"), (*RATIOS, "> 1")),
    **dict.fromkeys(("f1", "mean", "sd"), PLAIN),
    "first": THREE_NUMBERS,
    "follow_up": (*RATIOS, "> 1"),
    "highest": ("> 5", np.inf),
    "i2": PERCENTS,
    **dict.fromkeys(("k", "k_max"), (1, 2.5)),
    "level": (0.95, "0.95", "49", "100", "> 95", "195"),
    "limit": ("-1", "x"),
    "lower": (np.nan, "49.2", "x"),
    "lowest": (5, "< 1", np.inf),
    "means": (["1"], ["1", "> 2"]),
    "median": RATIOS,
    "months": ("12", [], ["-1"], ["> 2"]),
    **dict.fromkeys(("n", "n_max", "items", "negatives", "patients", "positives"), COUNTED),
    "number": NEGATIVE,
    "other": ("x",),
    "others": ("12", []),
    **dict.fromkeys(("p", "q"), ("NS", "NE", "3.6%")),
    "parts": ("12", [], ["7", "-1"]),
    "percent": SHARES,
    "percents": ("30", [], ["NE"]),
    **dict.fromkeys(("precision", "recall"), ("-1", *PLAIN)),
    "printed": ("x", 1, ""),
    "scale": ("root",),
    "sds": (["1", "-0.1"], ["1"] * 3),
    "second": (*THREE_NUMBERS, ("0.0", "1", "2")),
    "sizes": ([0, 5],),
    "statistic": (-1, [3, -1]),
    "subgroups": (
        [POOLS[0]] * 17,
        [5, 5],
        [("0", 1, *POOLS[0][2:]), ("0", 4, *POOLS[0][2:])],
        [("0", 2, "0", "1", "2"), POOLS[1]],
        [("0", 2, "1", "1", None), POOLS[1]],
    ),
    "table": ({"tp": 1}, {**CELLS, "fp": -2}, dict.fromkeys(CELLS, 0), *TABLES),
    "test": ("u",),
    **dict.fromkeys(("tp", "fp", "fn", "tn"), (-1, 0.5)),
    "upper": ("0", "-1", "x"),
    "without": ("one-sided", "", 1, "all of it"),
    "z": PLAIN,
}
OF_INTERVALS = {"lower": ("0.99", "0.98", "-1", "> 1"), "upper": ("0.3", "0.46")}
MORE = {
    "judge": {"lower": (0.7,)},
    "tables, tables_within": {"sensitivity": SHARES, "specificity": SHARES},
    "total": {"printed": ("1.5", "50%", *NEGATIVE), "parts": (["< 2"], ["1.5"])},
    "difference, pooled_mean, pooled_sd, quotient": {"printed": PLAIN},
    "pooled_sd": {"printed": ("-1",)},
    "pooled_sd, p_from_summaries, summary_tests": {"sizes": ([5] * 11, [1, 5])},
    "rate": {"printed": SHARES, "table": ({**CELLS, "tp": 0, "fn": 0},)},
    "quotient": {"second": (*RATIOS, "> 1")},
    "auc_correlation": {"second": (("0.9", "0.8", "1.0"),)},
    "brier_bounds": {"auc": ("-0.1",), "table": ({**CELLS, "tp": 99},)},
    "resampled_beyond": {"limit": ("1.2", "> 0.8")},
    "proportion_intervals": {"count": (21,)},
    "proportion_limits": {"upper": ("8.6",)},
    "auc_interval_readings": {"lower": ("0.9", "-0.1"), "upper": ("0.7", "1.01")},
    "events_for_two_studies": {"lower": ("2.0", "-1")},
    "wald_limits": {"z": ("0.00", "-2"), "lower": ("2", *PLAIN)},
    "column_readings": {"lower": PLAIN},
    "column_readings, inside_interval": {"lower": ("0.99",), "upper": ("0.3",)},
    "at_risk": {"number": NEGATIVE},
    "censored_before_median": {"events": (0,)},
    "median_of_union": {"censoring": (1,)},
    "hazard_ratio_readings": {"n": (1, 9.5)},
    "grimmer": {"n": (4, 5.5), "sd": ("-1.5",)},
    "sd_in_range": {"n": (1,), "sd": ("-1",), "mean": ("5.6",)},
    "count_tests": {"table": ([[1, np.nan], [3, 4]],)},
    "direction": {"table": (((1, 2, 3), (1, 2, 3)),)},
    "odds_ratio": {"value": ("x",)},
    "column_readings, inside_interval, p_from_statistic": {"value": PLAIN},
    "standard_error, centre_of_interval, p_from_interval, logrank_p_bounds": OF_INTERVALS,
    "events_needed, hazard_ratio_readings": OF_INTERVALS,
}


#: Judged numbers that none can be: findings, not bad input.
FINDINGS = """
    total printed -1, centre_of_interval estimate -1, limit_from_other limit -1, grimmer sd -1.5,
    ratio_of_medians ratio -1, auc_bounds auc 1.2, within_group_concordance auc 1.2,
    sd_in_range sd -1, auc_interval_readings auc 1.2, brier_bounds brier 1.1,
    survival_at_median median -1, median_of_union median -1, pooled_sd printed -1,
    q_partition i2 101, q_partition i2 -1, at_risk number -1"""
FINDINGS = {tuple(case.split()) for case in FINDINGS.split(",")}


@pytest.mark.parametrize("room", ["accuracy", "survival", "prediction", "meta", "audit"])
def test_bad_values_of_an_argument_are_named_by_whatever_takes_it(room):
    wrong, found, table = [], set(), UNPRINTED if room == "audit" else UNFIT
    for name, function, label, good in valid_calls(room):
        bad = [(x, y) for x in inspect.signature(function).parameters for y in table.get(x, ())]
        for functions, more in MORE.items():
            if room == "audit" and name in functions.split(", "):
                bad += [(argument, value) for argument in more for value in more[argument]]
        assert bad or room != "audit" or name == "two_sided_p", name  # which is of any number
        for argument, value in bad:
            # Limits out of order: either may be named.
            names = "lower|upper" if argument in ("lower", "upper") else argument
            try:
                said = call(function, {**good, argument: value})
                checks = said.values() if isinstance(said, dict) else [said]
                if {word for x in checks for word in np.atleast_1d(x.verdict)} == {"contradicted"}:
                    found.add((name, argument, value))
                    continue
            except (ValueError, AttributeError) as error:
                said = str(error)
            if not re.match(rf"({names})\b.*expected .*, (got|not|as many) ", str(said)):
                wrong.append((label, argument, value, said))
    assert not wrong
    assert found == (FINDINGS if room == "audit" else set())


@pytest.mark.parametrize("room", ["accuracy", "survival", "prediction", "meta", "indices"])
def test_rows_of_pandas_objects_must_be_the_same(room):
    """Values of the same patients are never paired by position."""
    tried = 0
    for name, function, _, valid in valid_calls(room):
        rows = {key: value for key, value in valid.items() if isinstance(value, np.ndarray)}
        if "." in name or len(rows) < 2:
            continue
        framed = {k: (pd.DataFrame if x.ndim == 2 else pd.Series)(x) for k, x in rows.items()}
        tried += 1
        function(**{**valid, **framed})  # the same index
        for key in list(rows)[1:]:
            function(**{**valid, **framed, key: rows[key]})  # an array among them
            moved = framed[key].set_axis(np.roll(np.arange(len(rows[key])), 1), axis=0)
            with pytest.raises(ValueError, match=f"^{key}: expected the index of "):
                function(**{**valid, **framed, key: moved})
    assert tried
