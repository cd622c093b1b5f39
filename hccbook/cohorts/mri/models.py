"""The three predictors of the model, moved until areas, their intervals and P values print.

Cohorts are worked on many at a time: logistic models by Newton's method, areas under the curve
with DeLong's variance from ranks. Measurements are whole numbers of their resolution.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import expit, ndtri

from ...estimate import printed as as_printed
from .. import calibration as cal
from ..calibration.aims import MARGIN, best_pairs
from .assumed import ASSUMED, PREDICTORS


class Effort(NamedTuple):
    """How hard to search.

    Cohorts drawn before the best of them is moved to its targets; changes compared at a time,
    pairs of them that are tried, and how often at most. A change gives a patient the value of
    another one and some noise, in typical deviations. Changes are compared after so many steps of
    Newton's method from the coefficients before them.
    """

    starts: int
    singles: int
    pairs: int
    rounds: int
    noise: float
    newton: int


#: What is fast, by reading. Eight numbers of areas are harder to meet than three and the P values:
#: more and smaller steps.
EFFORT = {"p": Effort(256, 128, 96, 60, 0.15, 2), "intervals": Effort(128, 64, 48, 120, 0.05, 1)}

_Z = 1.959963984540054
_CONVERGED, _MOST_STEPS = 1e-9, 30

#: Half of an interval for what needs no more than a sign.
_SIGN_SLACK = 0.05

MODELS = ("imaging", "clinical", "combined")
#: The columns of :func:`statistics`.
STATISTICS = tuple(
    [f"{model}.{field}" for model in MODELS for field in ("printed", "lower", "upper")]
    + [f"z.{name}" for name in PREDICTORS]
)


class ModelAim(cal.Aim):
    """Statistics of the three models print, and all coefficients point the assumed way.

    Parameters
    ----------
    printed : dict of str to str
        Of :data:`STATISTICS`: areas and their limits as printed; for a z the P value.
    """

    def __init__(self, printed):
        boxes = {name: (0.0, np.inf, np.inf, _SIGN_SLACK) for name in STATISTICS if name[0] == "z"}
        for name, text in printed.items():
            number = as_printed(text)
            ends = np.array([number.low, number.high, number.value], dtype=float)
            if name.startswith("z."):
                ends = -ndtri(ends[[1, 0, 2]] / 2)
            boxes[name] = (*ends, (ends[1] - ends[0]) / 2)
        self.columns = [STATISTICS.index(name) for name in boxes]
        super().__init__(*zip(*boxes.values(), strict=True))


class Fits:
    """Logistic models of progression in several cohorts.

    Parameters
    ----------
    outcome : ndarray of {0, 1}, shape (n,)
        The patients without the outcome stand first.
    """

    def __init__(self, outcome):
        self.outcome = outcome
        self.n0, self.n1 = np.bincount(outcome).tolist()
        kinds = ASSUMED["predictors"].values()
        parts = ("resolution", "middle", "deviation")
        self.step, self.middle, self.deviation = (
            np.array([kind[part] for kind in kinds])[:, None, None] for part in parts
        )

    def standardise(self, steps):
        """Return measurements as deviations from a typical value, shape (3, m, n)."""
        return (steps * self.step - self.middle) / self.deviation

    def statistics(self, steps, start=None, newton=_MOST_STEPS):
        """Return the areas with their limits and the signed Wald statistics.

        Parameters
        ----------
        steps : ndarray of int, shape (3, m, n)
            Predictors in multiples of their resolution.
        start : tuple of ndarray of float, shape (3,) and (4,), optional
            Coefficients before a small change, from which a few steps are enough to compare.
        newton : int
            Steps of Newton's method at most.

        Returns
        -------
        values : ndarray of float, shape (m, 12)
            By :data:`STATISTICS`; the z of a predictor is positive if it points the assumed way.
        coefficients : tuple of ndarray of float, shapes (3, m) and (4, m)
            Of the imaging and of the combined model, the intercept first.
        """
        x = self.standardise(steps)
        x = np.concatenate([np.ones((1, *x.shape[1:])), x])
        imaging, first, _ = self._fit(x[:3], newton, start and start[0])
        combined, second, z = self._fit(x, newton, start and start[1])
        # Ties matter for the single marker only. Its model turns it round where it misleads.
        nlr, y = steps[2], self.outcome
        after, before = (self._placed(np.argsort(2 * nlr + s * y, axis=1)) for s in (1, -1))
        turned = nlr[:, y == 1].mean(axis=1) < nlr[:, y == 0].mean(axis=1)
        clinical = np.where(turned[:, None], 2 * self._opposite() - after - before, after + before)
        columns = []
        for placed in (
            2 * self._placed(np.argsort(imaging, axis=1)),
            clinical,
            2 * self._placed(np.argsort(combined, axis=1)),
        ):
            area, half = self._delong(placed)
            columns += [area, area - half, area + half]
        signs = [kind["sign"] for kind in ASSUMED["predictors"].values()]
        columns += [sign * column for sign, column in zip(signs, z[1:], strict=True)]
        return np.column_stack(columns), (first, second)

    def linear_predictor(self, steps):
        """Return the combined model's linear predictor in one cohort, shape (n,)."""
        x = self.standardise(steps[:, None])
        return self._fit(np.concatenate([np.ones((1, *x.shape[1:])), x]))[0][0]

    def _fit(self, x, newton=_MOST_STEPS, start=None):
        """Return linear predictors (m, n), coefficients (k, m) and Wald statistics (k, m)."""
        k, m, _ = x.shape
        beta = np.zeros((k, m)) if start is None else np.tile(start[:, None], m)
        for _ in range(newton):
            risk = expit((beta[:, :, None] * x).sum(axis=0))
            slope = (x * (self.outcome - risk)).sum(axis=2)
            weighted = x * (risk * (1 - risk))
            information = np.empty((m, k, k))
            for i in range(k):
                products = (weighted[i] * x[i:]).sum(axis=2).T
                information[:, i, i:] = information[:, i:, i] = products
            inverse = np.linalg.inv(information)
            step = (inverse * slope.T[:, None, :]).sum(axis=2).T.clip(-2, 2)
            beta = beta + step
            if np.abs(step).max() < _CONVERGED:
                break
        errors = np.sqrt(np.diagonal(inverse, axis1=1, axis2=2)).T
        return (beta[:, :, None] * x).sum(axis=0), beta, beta / errors

    def _placed(self, order):
        """Return how many patients of the other class each patient is on the right side of."""
        y = self.outcome[order]
        below, above = (1 - y).cumsum(axis=1), self.n1 - y.cumsum(axis=1)
        placed = np.empty_like(order)
        np.put_along_axis(placed, order, np.where(y == 1, below, above), axis=1)
        return placed

    def _opposite(self):
        return np.where(self.outcome == 1, self.n0, self.n1)

    def _delong(self, twice):
        """Return the area and half of its 95 % interval from twice the placements."""
        n0, n1 = self.n0, self.n1
        well, ill = twice[:, :n0], twice[:, n0:]
        wins = ill.sum(axis=1)
        variance = ((ill**2).sum(axis=1) - wins**2 / n1) / (n1 * (n1 - 1) * 4 * n0**2)
        variance += ((well**2).sum(axis=1) - wins**2 / n0) / (n0 * (n0 - 1) * 4 * n1**2)
        return wins / (2 * n0 * n1), _Z * np.sqrt(variance)


def predictors(rng, fits, aim, effort):
    """Draw the three predictors and change single values until the statistics print.

    Parameters
    ----------
    rng : numpy.random.Generator
    fits : Fits
    aim : ModelAim
    effort : Effort

    Returns
    -------
    ndarray of int, shape (3, n)
        In multiples of their resolution.

    Raises
    ------
    Miss
        If the statistics do not come to print.
    """
    steps = _draw(rng, fits, effort.starts)
    search = _Search(rng, fits, aim, effort)
    values, _ = fits.statistics(steps)
    search.become(steps[:, np.argmin(search.outside(steps, values[:, aim.columns]))])
    for _ in range(effort.rounds):
        if not search.left:
            return search.steps
        search.best_of_many()
    if search.left:
        raise cal.Miss(f"{search.left:.3g} half intervals outside after {effort.rounds} rounds")
    return search.steps


def _draw(rng, fits, m):
    """Draw cohorts, each with effects and dependence of its own, shape (3, m, n)."""
    assumed = ASSUMED["dependence"]
    kinds = list(ASSUMED["predictors"].values())
    effects = [rng.uniform(*kind["effect"], m) for kind in kinds]
    together = [rng.uniform(*assumed[name], (m, 1)) for name in assumed]
    t2, adc, nlr = rng.standard_normal((3, m, fits.outcome.size))
    adc = together[0] * t2 + np.sqrt(1 - together[0] ** 2) * adc
    rest = 1 - (together[1] ** 2 + together[2] ** 2)
    nlr = together[1] * t2 + together[2] * adc + np.sqrt(rest) * nlr
    # Higher means worse up to here; the middle is that of both classes together.
    share = fits.n1 / fits.outcome.size
    steps = []
    for kind, effect, latent in zip(kinds, effects, (t2, adc, nlr), strict=True):
        wider = np.exp(rng.uniform(*np.log(ASSUMED["spread"]), (m, 1)) * (fits.outcome - 0.5))
        z = kind["sign"] * (latent * wider + effect[:, None] * (fits.outcome - share))
        if kind["log"]:
            values = kind["median"] * np.exp(kind["log"] * z)
        else:
            values = kind["middle"] + kind["deviation"] * z
        steps.append(np.round(values.clip(*kind["range"]) / kind["resolution"]).astype(int))
    return np.array(steps)


class _Search:
    """One cohort, changed by single values and pairs of them."""

    def __init__(self, rng, fits, aim, effort):
        self.rng, self.fits, self.aim, self.effort = rng, fits, aim, effort
        kinds = ASSUMED["predictors"].values()
        ends = [np.round(np.array(kind["range"]) / kind["resolution"]) for kind in kinds]
        self.least, self.most = np.array(ends, dtype=int).T
        self.noise = effort.noise * (fits.deviation / fits.step).ravel()

    def become(self, steps):
        """Take over values, and work out their statistics to the end."""
        values, coefficients = self.fits.statistics(steps[:, None])
        self.steps, self.coefficients = steps, [beta[:, 0] for beta in coefficients]
        self.here = values[:, self.aim.columns]
        self.left = float(self.aim.outside(self.here)[0])

    def outside(self, steps, values):
        """Return by how much statistics miss; infinite where two patients have the same scan.

        Programs differ in whether they see that such patients have the same risk.
        """
        t2, adc, _ = steps
        scans = np.sort(t2 * (self.most[1] + 1) + adc, axis=1)
        return np.where((np.diff(scans) == 0).any(axis=1), np.inf, self.aim.outside(values))

    def best_of_many(self):
        """Do the best of many changes and pairs of them, even if it is for the worse.

        So the search does not stand still.
        """
        rng, size, many = self.rng, self.steps.shape[1], self.effort.singles
        who, other = rng.integers(size, size=(2, many))
        column = rng.integers(len(self.steps), size=many)
        noise = np.round(self.noise[column] * rng.standard_normal(many)).astype(int)
        new = self.steps[column, other] + noise
        new = new.clip(self.least[column], self.most[column])
        changes = who, column, new
        single, values = self._with(changes, np.arange(many)[:, None])
        pairs = best_pairs(self.aim, values, self.here, who[:, None], self.effort.pairs)
        double, more = self._with(changes, pairs)
        changed = np.concatenate([single, double], axis=1)
        outside = self.outside(changed, np.concatenate([values, more]))
        outside[np.abs(outside - self.left) < MARGIN] = np.inf
        best = int(np.argmin(outside))
        if outside[best] < np.inf:
            self.become(changed[:, best])

    def _with(self, changes, chosen):
        """Return this cohort after the changes in the rows of ``chosen``, and its statistics."""
        steps = np.tile(self.steps[:, None], (1, len(chosen), 1))
        rows, (who, column, new) = np.arange(len(chosen)), changes
        for part in chosen.T:
            steps[column[part], rows, who[part]] = new[part]
        found = self.fits.statistics(steps, self.coefficients, self.effort.newton)
        return steps, found[0][:, self.aim.columns]
