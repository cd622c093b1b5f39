"""Candidate variables beside the three predictors: none tells the outcome but through them.

Each leans on the predictors, on four hidden traits of a patient and on variables before it; the
rest is noise. So the candidates are correlated in blocks, as scans and blood values are.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from ...indices import albi, plr, pni, sii
from .assumed import ASSUMED

TRAITS = ("burden", "liver", "perfusion", "inflammation")


class Measure(NamedTuple):
    """A measurement: its middle and spread, decimals, plausibility limits, what it leans on.

    Of a skewed one (``log``) the middle is the median, and the spread that of the logarithm.
    """

    middle: float
    spread: float
    decimals: int
    least: float
    most: float
    leans: dict
    log: bool = True


#: Blood values before treatment, in the order in which they are drawn. INR stays below the limit
#: that would give a second point of Child-Pugh, and albumin above that of a third.
BLOOD = {
    "lymphocytes": Measure(1.35, 0.32, 2, 0.4, 3.5, {"nlr": -0.5, "burden": -0.1}),
    "monocytes": Measure(0.45, 0.35, 2, 0.1, 1.5, {"nlr": 0.3, "inflammation": 0.3}),
    "platelets": Measure(150, 0.42, 0, 30, 520, {"liver": -0.5, "inflammation": 0.4}),
    "haemoglobin": Measure(132, 17, 0, 75, 175, {"liver": -0.2, "burden": -0.2}, log=False),
    "albumin": Measure(38.5, 4.2, 1, 28, 50, {"liver": -0.6, "inflammation": -0.3}, log=False),
    "bilirubin": Measure(16, 0.42, 1, 4, 70, {"liver": 0.6}),
    "alt": Measure(36, 0.5, 0, 8, 300, {"liver": 0.3}),
    "ast": Measure(46, 0.5, 0, 12, 400, {"alt": 0.6, "burden": 0.3}),
    "alp": Measure(125, 0.4, 0, 40, 700, {"burden": 0.4, "liver": 0.2}),
    "ggt": Measure(105, 0.7, 0, 12, 1200, {"alp": 0.5, "burden": 0.2}),
    "inr": Measure(1.12, 0.1, 2, 0.85, 1.69, {"liver": 0.6}, log=False),
    "creatinine": Measure(68, 0.22, 0, 35, 160, {}),
    "ldh": Measure(220, 0.3, 0, 110, 900, {"burden": 0.4, "inflammation": 0.2}),
    "crp": Measure(8, 1.0, 1, 0.3, 150, {"inflammation": 0.6, "nlr": 0.3}),
    "afp": Measure(180, 2.2, 1, 1.5, 60500, {"burden": 0.3}),
    "pivka": Measure(700, 2.0, 0, 12, 75000, {"burden": 0.4, "afp": 0.2}),
}


def _scan(visit):
    """Return the findings of one MRI; those of the second lean on the first.

    Signals of the tumour are over that of the liver, enhancement is the gain of signal over the
    signal before contrast, and least and largest ADC are shares of the mean one.
    """

    def leans(name, before, **others):
        return others | ({f"{name}_before": before} if visit == "week8" else {})

    adc, t2, arterial, portal = (
        f"{name}_{visit}" for name in ("adc_mean", "t2_sir", "arterial", "portal")
    )
    less = 0.15 if visit == "week8" else 0.0  # treatment starves the tumour of blood
    measures = {
        "t1_sir": (0.78, 0.13, 2, 0.35, 1.4, leans("t1_sir", 0.5, **{t2: -0.3})),
        "dwi_sir": (2.4, 0.6, 2, 0.8, 5.5, leans("dwi_sir", 0.3, **{adc: -0.5, t2: 0.3})),
        "arterial": (
            *(0.85 - less, 0.28, 2, 0.0, 2.5),
            leans("arterial", 0.3, perfusion=0.6, **{adc: -0.2}),
        ),
        "portal": (0.9 - less, 0.25, 2, 0.0, 2.5, {arterial: 0.5, "perfusion": 0.3}),
        "delayed": (0.85 - less, 0.22, 2, 0.0, 2.5, {portal: 0.7}),
        "adc_min": (0.72, 0.09, 3, 0.4, 0.95, {"burden": -0.3}),
        "adc_max": (1.4, 0.14, 3, 1.06, 2.0, {"burden": 0.3}),
    }
    return {f"{name}_{visit}": Measure(*parts, log=False) for name, parts in measures.items()}


#: Findings of the two MRI and what else is known before treatment, in the order of drawing.
SCANS = {
    "t2_sir_before": Measure(2.05, 0.45, 2, 0.9, 4.5, {"t2_sir_week8": 0.5}, log=False),
    "adc_mean_before": Measure(1.16, 0.2, 3, 0.6, 2.2, {"adc_mean_week8": 0.5}, log=False),
    **_scan("before"),
    **_scan("week8"),
    "diameter_sum_before": Measure(85, 0.5, 0, 20, 260, {"burden": 0.8}),
    "age": Measure(58, 10, 0, 28, 84, {}, log=False),
}

#: Shares of patients with a feature, and what it leans on.
FLAGS = {
    "male": (0.85, {}),
    "hbv": (0.82, {"age": -0.2}),
    "cirrhosis": (0.70, {"liver": 0.5}),
    "ascites": (0.15, {"liver": 0.6}),
    "ecog_1": (0.45, {"burden": 0.3, "inflammation": 0.3}),
    "multiple": (0.60, {"burden": 0.4}),
    "mvi": (0.45, {"burden": 0.4}),
    "metastasis": (0.35, {"burden": 0.2}),
    "capsule": (0.45, {"burden": -0.2}),
    "irregular_margin": (0.50, {"burden": 0.4}),
    "washout": (0.75, {"perfusion": 0.3}),
    "peritumoural_enhancement": (0.35, {"perfusion": 0.3, "burden": 0.3}),
    "satellites": (0.35, {"burden": 0.4}),
    "necrosis": (0.40, {"burden": 0.4, "adc_mean_before": 0.3}),
    "haemorrhage": (0.20, {"t1_sir_before": 0.3}),
    "fat": (0.15, {}),
}


def draw(rng, core, outcome):
    """Draw all candidates that do not depend on the response.

    Neutrophils and lymphocytes have the NLR that is given, to its two decimals.
    """
    z = {name: _normal_scores(values) for name, values in core.items()}
    z |= {name: _noise(rng, outcome) for name in TRAITS}
    columns = {}
    for name, measure in (BLOOD | SCANS).items():
        z[name] = _lean(_noise(rng, outcome), z, measure.leans)
        gain = measure.spread * z[name]
        value = measure.middle * np.exp(gain) if measure.log else measure.middle + gain
        value = np.round(value.clip(measure.least, measure.most), measure.decimals)
        columns[name] = value if measure.decimals else value.astype(int)
    for name, (share, leans) in FLAGS.items():
        place = np.argsort(np.argsort(-_lean(_noise(rng, outcome), z, leans)))
        columns[name] = (place < round(share * outcome.size)).astype(int)
    columns |= core
    for visit in ("before", "week8"):
        for end in ("min", "max"):
            share = columns[f"adc_{end}_{visit}"]
            columns[f"adc_{end}_{visit}"] = np.round(share * columns[f"adc_mean_{visit}"], 3)
    counts = [_counts(*pair) for pair in zip(core["nlr"], columns["lymphocytes"], strict=True)]
    columns["neutrophils"], columns["lymphocytes"] = np.array(counts).T
    return columns | _indices(columns)


def _normal_scores(values):
    """Return the normal quantiles of the ranks; equal values share theirs."""
    ordered = np.sort(values)
    middle = np.searchsorted(ordered, values) + np.searchsorted(ordered, values, side="right")
    return ndtri(middle / (2 * values.size))


def _noise(rng, outcome):
    """Draw standard normal noise until the classes differ little in it."""
    while True:
        noise = rng.standard_normal(outcome.size)
        apart = noise[outcome == 1].mean() - noise[outcome == 0].mean()
        if abs(apart) < ASSUMED["noise"]:
            return noise


def _lean(noise, z, leans):
    """Return a weighted sum of other variables and noise, of variance near 1."""
    rest = np.sqrt(1 - sum(weight**2 for weight in leans.values()))
    return sum((weight * z[name] for name, weight in leans.items()), rest * noise)


def _counts(nlr, lymphocytes):
    """Return neutrophils and lymphocytes near the given ones, in hundredths, with this NLR."""
    wanted, near = round(100 * nlr), round(100 * lymphocytes)
    least, most = (round(100 * end) for end in BLOOD["lymphocytes"][3:5])
    # The nearest first. A count of 1.00 has every NLR, so that the search ends.
    for distance in range(most - least + 1):
        for count in (near - distance, near + distance):
            neutrophils = round(wanted * count / 100)
            # Not half way, where programs round differently.
            if least <= count <= most and abs(100 * neutrophils / count - wanted) < 0.49:
                return neutrophils / 100, count / 100


def _indices(columns):
    """Return the indices that follow from blood values, as a laboratory rounds them."""
    neutrophils, lymphocytes = columns["neutrophils"], columns["lymphocytes"]
    platelets, albumin, bilirubin = (
        columns[name] for name in ("platelets", "albumin", "bilirubin")
    )
    points = 5 + (albumin <= 35) + (bilirubin >= 34) + (bilirubin > 50) + columns["ascites"]
    return {
        "plr": np.round(plr(platelets, lymphocytes), 1),
        "lmr": np.round(lymphocytes / columns["monocytes"], 2),
        "sii": np.round(sii(platelets, neutrophils, lymphocytes), 1),
        "pni": np.round(pni(albumin, lymphocytes), 1),
        "albi": np.round(albi(albumin, bilirubin), 2),
        # No encephalopathy, ascites slight, and limits that leave one point for INR.
        "child_pugh": points.astype(int),
    }
