"""The three predictors of the model, moved until areas, their intervals and P values print.

Cohorts are worked on many at a time: logistic models by Newton's method, areas under the curve
with DeLong's variance from ranks. Measurements are whole numbers of their resolution.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import expit, ndtri

from ...estimate import printed as as_printed
from .. import calibration as cal
from .assumed import ASSUMED, PREDICTORS


class Effort(NamedTuple):
    """How hard to search.

    Cohorts drawn before the best of them is moved to its targets; changes compared at a time,
    pairs of them that are tried, and how often at most. A change gives a patient the value of
    another one and some noise, in typical deviations.
    """

    starts: int
    singles: int
    pairs: int
    rounds: int
    noise: float


#: What is fast, by reading. Eight numbers of areas are harder to meet than three and the P values:
#: smaller steps.
EFFORT = {"p": Effort(64, 96, 64, 100, 0.1), "intervals": Effort(64, 64, 48, 60, 0.05)}

_Z = 1.959963984540054
_CONVERGED, _MOST_STEPS = 1e-9, 30
#: Steps of Newton's method that tell the better ones of the cohorts drawn first.
_FEW_STEPS = 4

#: Half of an interval for what needs no more than a sign.
_SIGN_SLACK = 0.05

MODELS = ("imaging", "clinical", "combined")
#: Coefficients of the models that are fitted, the intercept included.
SIZES = {"imaging": 3, "combined": 4}
#: The columns of :func:`statistics`.
STATISTICS = tuple(
    [f"{model}.{field}" for model in MODELS for field in ("printed", "lower", "upper")]
    + [f"z.{name}" for name in PREDICTORS]
)


class ModelAim(cal.Aim):
    """Statistics of the three models print, and all coefficients point the assumed way."""

    def __init__(self, printed, signs=True):
        signed = [name for name in STATISTICS if signs and name[0] == "z"]
        boxes = dict.fromkeys(signed, (0.0, np.inf, np.inf, _SIGN_SLACK))
        for name, text in printed.items():
            number = as_printed(text)
            ends = np.array([number.low, number.high, number.value], dtype=float)
            if name.startswith("z."):
                ends = -ndtri(ends[[1, 0, 2]] / 2)
            boxes[name] = (*ends, (ends[1] - ends[0]) / 2)
        self.printed, self.columns = printed, [STATISTICS.index(name) for name in boxes]
        self.models = {"combined" if name[0] == "z" else name.split(".")[0] for name in boxes}
        super().__init__(*zip(*boxes.values(), strict=True))

    def stages(self):
        """Return aims to be reached one after the other, each with the predictors that move.

        P values need all at once. Without them: NLR alone makes the area of the clinical model,
        and T2 SIR and ADC that of the imaging model. Exchanges of NLR between patients of one
        outcome then leave both as they are, and move that of the combined model.
        """
        if any(name[0] == "z" for name in self.printed):
            return [(self, (0, 1, 2))]
        parts = {model: {} for model in ("clinical", "imaging", "combined")}
        for name, text in self.printed.items():
            parts[name.split(".")[0]][name] = text
        moving = {"clinical": (2,), "imaging": (0, 1), "combined": ()}
        return [
            (ModelAim(part, signs=model == "combined"), moving[model])
            for model, part in parts.items()
            if part
        ]


class Fits:
    """Logistic models of progression in several cohorts."""

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

    def statistics(self, steps, models=MODELS, start=None, newton=_MOST_STEPS):
        """Return the areas with their limits and the signed Wald statistics."""
        x = self._design(steps)
        begin = {name: np.zeros((k, x.shape[1])) for name, k in SIZES.items()} | (start or {})
        found = {
            name: self._fit(x[:k], begin[name], newton)
            for name, k in SIZES.items()
            if name in models
        }
        placed = {name: self._ranked(linear) for name, (linear, *_) in found.items()}
        if "clinical" in models:
            placed["clinical"] = self.clinical(steps[2])
        z = found["combined"][2] if "combined" in models else None
        return self._together(placed, z), {name: beta for name, (_, beta, _) in found.items()}

    def clinical(self, nlr):
        """Return twice the placements of patients by NLR, shape (m, n); ties count one half.

        Ties matter for the single marker only. Its model turns it round where it misleads.
        """
        y = self.outcome
        after, before = (self._placed(np.argsort(2 * nlr + s * y, axis=1)) for s in (1, -1))
        turned = self.n0 * nlr[:, y == 1].sum(axis=1) < self.n1 * nlr[:, y == 0].sum(axis=1)
        return np.where(turned[:, None], 2 * self._opposite() - after - before, after + before)

    def _together(self, placed, z):
        """Return the statistics of twice the placements by model, and of Wald statistics."""
        values = np.full((len(next(iter(placed.values()))), len(STATISTICS)), np.nan)
        for name, twice in placed.items():
            area, half = self._delong(twice)
            k = 3 * MODELS.index(name)
            values[:, k : k + 3] = np.column_stack([area, area - half, area + half])
        if z is not None:
            signs = [kind["sign"] for kind in ASSUMED["predictors"].values()]
            values[:, 3 * len(MODELS) :] = z[1:].T * signs
        return values

    def _ranked(self, linear):
        """Return twice the placements of patients by a linear predictor without ties."""
        return 2 * self._placed(np.argsort(linear, axis=1))

    def linear_predictor(self, steps):
        """Return the combined model's linear predictor in one cohort, shape (n,)."""
        return self._fit(self._design(steps[:, None]), np.zeros((4, 1)))[0][0]

    def _design(self, steps):
        """Return the columns of the combined model, the intercept first, shape (4, m, n)."""
        x = self.standardise(steps)
        return np.concatenate([np.ones((1, *x.shape[1:])), x])

    def _fit(self, x, beta, newton=_MOST_STEPS):
        """Return linear predictors (m, n), coefficients (k, m) and Wald statistics (k, m)."""
        k, m, _ = x.shape
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
    """Draw the three predictors and change single values until the statistics print."""
    steps = _draw(rng, fits, effort.starts)
    values, _ = fits.statistics(steps, newton=_FEW_STEPS)
    outside = np.where(_alike(steps), np.inf, aim.outside(values[:, aim.columns]))
    steps = steps[:, np.argmin(outside)]
    for part, moving in aim.stages():
        search = _Search(rng, part, fits, moving, effort, steps)
        search.reach()
        steps = search.steps
    return steps


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
        if "log" in kind:
            values = kind["median"] * np.exp(kind["log"] * z)
        else:
            values = kind["middle"] + kind["deviation"] * z
        steps.append(np.round(values.clip(*kind["range"]) / kind["resolution"]).astype(int))
    return np.array(steps)


def _alike(steps):
    """Say in which cohorts two patients have the same scan.

    Programs differ in whether they see that such patients have the same risk.
    """
    t2, adc, _ = steps
    scans = np.sort((t2 << 32) + adc, axis=-1)
    return (scans[..., 1:] == scans[..., :-1]).any(axis=-1)


class _Search(cal.Search):
    """One cohort, changed by single values and pairs of them."""

    def __init__(self, rng, aim, fits, moving, effort, steps):
        super().__init__(rng, aim)
        self.fits, self.moving, self.singles, self.steps = fits, moving, effort.singles, steps
        self.pairs, self.rounds = effort.pairs, effort.rounds
        kinds = ASSUMED["predictors"].values()
        ends = [np.round(np.array(kind["range"]) / kind["resolution"]) for kind in kinds]
        self.least, self.most = np.array(ends, dtype=int).T
        self.noise, self.start = effort.noise * (fits.deviation / fits.step).ravel(), None

    def statistics(self):
        values, self.start = self.fits.statistics(self.steps[:, None], self.aim.models, self.start)
        return values[:, self.aim.columns]

    def draw(self):
        return self._new_values() if self.moving else self._exchanges()

    def _new_values(self):
        """Draw changes: a patient gets near the value of another one."""
        rng, size, many = self.rng, self.steps.shape[1], self.singles
        who, other = rng.integers(size, size=(2, many))
        column = np.array(self.moving)[rng.integers(len(self.moving), size=many)]
        noise = np.round(self.noise[column] * rng.standard_normal(many)).astype(int)
        new = self.steps[column, other] + noise
        new = new.clip(self.least[column], self.most[column])
        return (column[:, None], who[:, None], new[:, None]), who[:, None]

    def _exchanges(self):
        """Draw exchanges of NLR between two patients of one outcome."""
        rng, many = self.rng, self.singles
        n0, n1 = self.fits.n0, self.fits.n1
        who = rng.integers(n0 + n1, size=many)
        ill = (who >= n0).astype(int)
        # Another one of the same class.
        first, size = ill * n0, np.where(ill, n1, n0)
        other = first + (who - first + rng.integers(1, size)) % size
        both = np.column_stack([who, other])
        return (np.full_like(both, 2), both, self.steps[2][both[:, ::-1]]), both

    def _with(self, changes, chosen):
        """Return the cohort after the changes in the rows of ``chosen``, shape (3, rows, n)."""
        column, who, new = (part[chosen].reshape(len(chosen), -1) for part in changes)
        steps = np.tile(self.steps[:, None], (1, len(chosen), 1))
        steps[column, np.arange(len(chosen))[:, None], who] = new
        return steps

    def after(self, changes, chosen):
        """Compare by one step of Newton's method, so that a great many changes are cheap."""
        steps = self._with(changes, chosen)
        values, _ = self.fits.statistics(steps, self.aim.models, self.start, newton=1)
        return values[:, self.aim.columns]

    def become(self, changes, chosen):
        steps = self._with(changes, chosen[None])[:, 0]
        if _alike(steps):
            return False
        self.steps = steps
        return True
