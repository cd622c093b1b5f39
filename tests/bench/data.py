"""Made-up patients and studies, the same in every run."""

import numpy as np


def markers(n):
    """Return an outcome and two markers, the first with ties."""
    rng = np.random.default_rng(n)
    y = (rng.random(n) < 0.5).astype(int)
    first = np.round(rng.normal(size=n) + y, 2)
    # Nearly as good, so that the two differ by some standard errors for any n.
    second = 0.7 * first + rng.normal(size=n) * 0.5 + (0.24 - 2 / np.sqrt(n)) * y
    return y, first, second


def risks(n):
    """Return an outcome and its risks."""
    rng = np.random.default_rng(n)
    risk = 1 / (1 + np.exp(-rng.normal(size=n)))
    return (rng.random(n) < risk).astype(int), risk


def radiomics(n, p):
    """Return p correlated predictors, an outcome that five of them shift, and ten folds."""
    rng = np.random.default_rng(0)
    hidden = rng.normal(size=(n, max(3, p // 10)))
    x = hidden @ rng.normal(size=(hidden.shape[1], p)) * 0.5 + rng.normal(size=(n, p))
    risk = 1 / (1 + np.exp(-x[:, :5] @ np.linspace(1, 0.3, 5)))
    return x, (rng.random(n) < risk).astype(int), rng.permutation(np.arange(n) % 10)


def follow_up(n):
    """Return times in days, events and five covariates, the first of them a group."""
    rng = np.random.default_rng(n)
    x = rng.normal(size=(n, 5))
    x[:, 0] = x[:, 0] > 0
    end = np.ceil(rng.exponential(600 * np.exp(-x @ [0.7, 0.4, 0.2, 0, 0])))
    censored = np.ceil(rng.uniform(100, 900, n))
    return np.minimum(end, censored), (end <= censored).astype(int), x


def studies(count):
    """Return effects and standard errors of 12 studies in each of many meta-analyses."""
    rng = np.random.default_rng(1)
    se = rng.uniform(0.05, 0.6, (count, 12))
    return rng.normal(0.2, np.sqrt(se**2 + 0.05)), se


def lesions(patients):
    """Return measurements of three lesions of each patient at five visits."""
    import pandas as pd

    rng = np.random.default_rng(0)
    growth = rng.normal(-0.05, 0.2, (patients, 5, 3))
    growth[:, 0] = 0
    start = rng.uniform(20, 60, (patients, 1, 3))
    diameter = np.round(start * np.exp(growth.cumsum(axis=1)))
    patient, visit, lesion = (axis.ravel() for axis in np.indices(diameter.shape))
    columns = {"patient": patient, "lesion": lesion, "day": 56 * visit, "target": True}
    diameter = diameter.ravel()
    return pd.DataFrame({**columns, "diameter": diameter, "enhancing": 0.8 * diameter})
