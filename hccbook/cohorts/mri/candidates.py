"""Candidate variables beside the three predictors: none tells the outcome but through them."""

import numpy as np
from scipy.special import ndtri

from ...indices import albi, plr, pni, sii
from ..calibration import NotReached, below
from .models import ASSUMED

#: Draws of noise before the cohort is given up.
TRIES = 1000

#: Hidden traits of a patient that candidates lean on.
TRAITS = ("burden", "liver", "perfusion", "inflammation")


def draw(rng, core, outcome):
    """Draw all candidates that do not depend on the response.

    Neutrophils and lymphocytes have the NLR that is given, to its two decimals.
    """
    # Normal scores: quantiles of the ranks; equal values share theirs.
    z = {name: ndtri(below(np.sort(x), x) / x.size) for name, x in core.items()}
    z |= {name: _noise(rng, outcome) for name in TRAITS}
    columns = {}
    for name, measure in ASSUMED["measures"].items():
        z[name] = _lean(_noise(rng, outcome), z, measure["leans"])
        if "median" in measure:
            value = measure["median"] * np.exp(measure["log_sd"] * z[name])
        else:
            value = measure["mean"] + measure["sd"] * z[name]
        value = np.round(value.clip(*measure["range"]), measure["decimals"])
        columns[name] = value if measure["decimals"] else value.astype(int)
    for name, flag in ASSUMED["flags"].items():
        order = np.argsort(-_lean(_noise(rng, outcome), z, flag["leans"]), kind="stable")
        columns[name] = np.zeros(outcome.size, dtype=int)
        columns[name][order[: round(flag["share"] * outcome.size)]] = 1
    columns |= core
    for visit in ("before", "week8"):
        for end in ("min", "max"):
            share = columns[f"adc_{end}_{visit}"]
            columns[f"adc_{end}_{visit}"] = np.round(share * columns[f"adc_mean_{visit}"], 3)
    counts = [_counts(*pair) for pair in zip(core["nlr"], columns["lymphocytes"], strict=True)]
    columns["neutrophils"], columns["lymphocytes"] = np.array(counts).T
    return columns | _indices(**columns)


def _noise(rng, outcome):
    """Draw standard normal noise until the classes differ little in it."""
    for _ in range(TRIES):
        noise = rng.standard_normal(outcome.size)
        apart = noise[outcome == 1].mean() - noise[outcome == 0].mean()
        if abs(apart) < ASSUMED["noise"]:
            return noise
    raise NotReached("the classes differ in noise")


def _lean(noise, z, leans):
    """Return a weighted sum of other variables and noise, of variance near 1."""
    rest = np.sqrt(1 - sum(weight**2 for weight in leans.values()))
    return sum((weight * z[name] for name, weight in leans.items()), rest * noise)


def _counts(nlr, lymphocytes):
    """Return neutrophils and lymphocytes near the given ones, in hundredths, with this NLR."""
    wanted, near = round(100 * nlr), round(100 * lymphocytes)
    least, most = (round(100 * end) for end in ASSUMED["measures"]["lymphocytes"]["range"])
    # The nearest first. A count of 1.00 has every NLR, so that the search ends.
    for count in sorted(range(least, most + 1), key=lambda count: abs(count - near)):
        neutrophils = round(wanted * count / 100)
        # Not half way, where programs round differently.
        if abs(100 * neutrophils / count - wanted) < 0.49:
            return neutrophils / 100, count / 100


def _indices(neutrophils, lymphocytes, monocytes, platelets, albumin, bilirubin, ascites, **_):
    """Return the indices that follow from blood values, as a laboratory rounds them."""
    points = 5 + (albumin <= 35) + (bilirubin >= 34) + (bilirubin > 50) + ascites
    return {
        "plr": np.round(plr(platelets, lymphocytes), 1),
        "lmr": np.round(lymphocytes / monocytes, 2),
        "sii": np.round(sii(platelets, neutrophils, lymphocytes), 1),
        "pni": np.round(pni(albumin, lymphocytes), 1),
        "albi": np.round(albi(albumin, bilirubin), 2),
        # No encephalopathy, ascites slight, and limits that leave one point for INR.
        "child_pugh": points.astype(int),
    }
