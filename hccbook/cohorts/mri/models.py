"""The three predictors of the model, moved until areas, their intervals and P values print.

Cohorts are worked on many at a time. Measurements are whole numbers of their resolution, and
patients of the progression group follow the others.
"""

import numpy as np
from scipy.special import expit, ndtri

from ...estimate import Z95, as_printed
from .. import calibration as cal

ASSUMED = cal.Part("mri", "assumed")

#: The model's three predictors, as columns of a cohort, and the places of those of each model.
PREDICTORS = ("t2_sir_week8", "adc_mean_week8", "nlr")
MODELS = {"imaging": (0, 1), "clinical": (2,), "combined": (0, 1, 2)}

#: Cohorts drawn before the best of them is moved to its targets, and steps of Newton's method that
#: tell which is the best.
STARTS, FEW = 64, 4

#: Changes compared at a time, pairs of them, rounds, and noise of a change in typical deviations.
#: Eight numbers of areas are harder to meet than three and the P values: smaller steps.
EFFORT = {"p": (96, 64, 100, 0.1), "intervals": (64, 48, 60, 0.05)}

#: Half of an interval for what needs no more than a sign.
SIGN_SLACK = 0.05

_CONVERGED, _MOST = 1e-9, 30


class ModelAim(cal.Aim):
    """Statistics of the three models print, and all coefficients point the assumed way.

    ``printed`` has texts by the names that :func:`statistics` gives: P values for ``z.…``.
    """

    def __init__(self, printed, signs=True):
        boxes = {f"z.{x}": (0.0, np.inf, np.inf, SIGN_SLACK) for x in PREDICTORS if signs}
        for name, text in printed.items():
            number = as_printed(text)
            ends = np.array([number.low, number.high, number.value], dtype=float)
            if name.startswith("z."):
                ends = -ndtri(ends[[1, 0, 2]] / 2)
            boxes[name] = (*ends, (ends[1] - ends[0]) / 2)
        self.names = list(boxes)
        self.models = {"combined" if name[0] == "z" else name.split(".")[0] for name in boxes}
        super().__init__(*zip(*boxes.values(), strict=True))

    def statistics(self, steps, ill, *options):
        """Return the statistics that shall print, and the coefficients of the models."""
        found, coefficients = statistics(steps, ill, self.models, *options)
        return np.column_stack([found[name] for name in self.names]), coefficients


def stages(printed):
    """Return aims to be reached one after the other, each with the predictors that move.

    P values need all at once. Without them: NLR alone makes the area of the clinical model,
    and T2 SIR and ADC that of the imaging model. Exchanges of NLR between patients of one
    outcome then leave both as they are, and move that of the combined model.
    """
    if any(name.startswith("z.") for name in printed):
        return [(ModelAim(printed), MODELS["combined"])]
    moving = {"clinical": (2,), "imaging": (0, 1), "combined": ()}
    parts = [{x: y for x, y in printed.items() if x.startswith(model)} for model in moving]
    return [
        (ModelAim(part, signs=not columns), columns)
        for part, columns in zip(parts, moving.values(), strict=True)
    ]


def _of(part):
    """Return one part of what is assumed of the predictors, shape (3, 1, 1)."""
    return np.array([kind[part] for kind in ASSUMED["predictors"].values()])[:, None, None]


def statistics(steps, ill, models=tuple(MODELS), start=None, newton=_MOST):
    """Return areas with DeLong's limits and signed Wald statistics of m cohorts, by name.

    ``steps`` (3, m, n), the last ``ill`` patients of each in the progression group. Logistic
    models by Newton's method from the coefficients ``start``; the new ones are returned too.
    """
    x, found, coefficients = _design(steps), {}, {}
    for model in models:
        if model == "clinical":
            scores = _turned(steps[2], ill)
        else:
            columns = x[: len(MODELS[model]) + 1]
            beta, z = _fit(columns, ill, (start or {}).get(model, 0), newton)
            coefficients[model], scores = beta, [(beta[:, :, None] * columns).sum(axis=0)]
        for field, values in zip(("printed", "lower", "upper"), _areas(scores, ill), strict=True):
            found[f"{model}.{field}"] = values
        if model == "combined":
            signs = _of("sign").ravel()
            found |= {f"z.{x}": s * y for x, s, y in zip(PREDICTORS, signs, z[1:], strict=True)}
    return found, coefficients


def _design(steps):
    """Return the columns of the combined model, the intercept first, shape (4, m, n)."""
    x = (steps * _of("resolution") - _of("middle")) / _of("deviation")
    return np.concatenate([np.ones_like(x[:1]), x])


def _fit(x, ill, start=0, newton=_MOST):
    """Return coefficients and Wald statistics, shapes (k, m), of columns (k, m, n)."""
    # Not _newton.fit_many, which looks at likelihoods too: four times as long, a step twice.
    k, m, n = x.shape
    outcome = (np.arange(n) >= n - ill).astype(int)
    beta = start + np.zeros((k, m))
    for _ in range(newton):
        risk = expit((beta[:, :, None] * x).sum(axis=0))
        slope = (x * (outcome - risk)).sum(axis=2)
        columns = np.moveaxis(x, 0, 1)
        information = (columns * (risk * (1 - risk))[:, None]) @ np.swapaxes(columns, 1, 2)
        inverse = np.linalg.inv(information)
        step = (inverse * slope.T[:, None, :]).sum(axis=2).T.clip(-2, 2)
        beta = beta + step
        if np.abs(step).max() < _CONVERGED:
            break
    return beta, beta / np.sqrt(np.diagonal(inverse, axis1=1, axis2=2)).T


def _turned(marker, ill):
    """Return a whole-numbered marker, turned round where its model would do so.

    Twice, with ties broken either way: together they count one half.
    """
    lower = marker[:, -ill:].mean(axis=1) < marker[:, :-ill].mean(axis=1)
    twice = np.where(lower[:, None], -2, 2) * marker
    outcome = np.arange(marker.shape[1]) >= marker.shape[1] - ill
    return twice - outcome, twice + outcome


def _areas(scores, ill):
    """Return areas and DeLong's 95 % limits of the mean of untied scores, of m cohorts."""
    placed = 0
    for score in scores:
        order = np.argsort(score, axis=1, kind="stable")
        won = order >= order.shape[1] - ill
        below, above = (~won).cumsum(axis=1), ill - won.cumsum(axis=1)
        each = np.empty_like(order)
        # How many patients of the other outcome each patient is on the right side of.
        np.put_along_axis(each, order, np.where(won, below, above), axis=1)
        placed = placed + each / len(scores)
    well = order.shape[1] - ill
    parts = placed[:, :well] / ill, placed[:, well:] / well
    area = parts[0].mean(axis=1)
    squares = [((x - area[:, None]) ** 2).sum(axis=1) for x in parts]
    half = Z95 * np.sqrt(squares[0] / (well * (well - 1)) + squares[1] / (ill * (ill - 1)))
    return area, area - half, area + half


def predictors(rng, sizes, printed, reading):
    """Draw the three predictors and change single values until the statistics print."""
    steps, aim = _draw(rng, sizes), ModelAim(printed)
    values, _ = aim.statistics(steps, sizes[1], None, FEW)
    outside = np.where(_alike(steps), np.inf, aim.outside(values))
    steps = steps[:, np.argmin(outside)]
    for part, moving in stages(printed):
        search = _Search(rng, part, steps, sizes, moving, reading)
        search.reach()
        steps = search.steps
    return steps


def linear_predictor(steps, ill):
    """Return the combined model's linear predictor in one cohort, shape (n,)."""
    design = _design(steps[:, None])
    return (_fit(design, ill)[0] * design[:, 0]).sum(axis=0)


def _draw(rng, sizes):
    """Draw cohorts, each with effects and dependence of its own, shape (3, m, n)."""
    assumed, outcome = ASSUMED["dependence"], np.repeat([0, 1], sizes)
    kinds = list(ASSUMED["predictors"].values())
    effects = [rng.uniform(*kind["effect"], STARTS) for kind in kinds]
    t2_adc, t2_nlr, adc_nlr = (rng.uniform(*ends, (STARTS, 1)) for ends in assumed.values())
    t2, adc, nlr = rng.standard_normal((3, STARTS, outcome.size))
    adc = t2_adc * t2 + np.sqrt(1 - t2_adc**2) * adc
    nlr = t2_nlr * t2 + adc_nlr * adc + np.sqrt(1 - (t2_nlr**2 + adc_nlr**2)) * nlr
    # Higher means worse up to here; the middle is that of both classes together.
    steps = []
    for kind, effect, latent in zip(kinds, effects, (t2, adc, nlr), strict=True):
        wider = np.exp(rng.uniform(*np.log(ASSUMED["spread"]), (STARTS, 1)) * (outcome - 0.5))
        z = kind["sign"] * (latent * wider + effect[:, None] * (outcome - outcome.mean()))
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

    def __init__(self, rng, aim, steps, sizes, moving, reading):
        super().__init__(rng, aim)
        self.steps, self.sizes, self.moving, self.start = steps, sizes, moving, None
        self.singles, self.pairs, self.rounds, noise = EFFORT[reading]
        self.noise = noise * (_of("deviation") / _of("resolution")).ravel()
        ends = [
            np.round(np.divide(kind["range"], kind["resolution"]))
            for kind in ASSUMED["predictors"].values()
        ]
        self.least, self.most = np.array(ends, dtype=int).T

    def statistics(self):
        found = self.aim.statistics(self.steps[:, None], self.sizes[1], self.start)
        self.start = found[1]
        return found[0]

    def draw(self):
        """Draw changes: a patient gets near the value of another one, or two exchange NLR."""
        rng, n, many = self.rng, self.steps.shape[1], self.singles
        if self.moving:
            who, other = rng.integers(n, size=(2, many))
            column = np.array(self.moving)[rng.integers(len(self.moving), size=many)]
            noise = np.round(self.noise[column] * rng.standard_normal(many)).astype(int)
            new = self.steps[column, other] + noise
            new = new.clip(self.least[column], self.most[column])
            return (column[:, None], who[:, None], new[:, None]), who[:, None]
        who = rng.integers(n, size=many)
        ill = (who >= self.sizes[0]).astype(int)
        # Another one of the same outcome.
        first, size = ill * self.sizes[0], np.array(self.sizes)[ill]
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
        return self.aim.statistics(steps, self.sizes[1], self.start, 1)[0]

    def become(self, changes, chosen):
        steps = self._with(changes, chosen[None])[:, 0]
        if _alike(steps):
            return False
        self.steps = steps
        return True
