"""The logistic model of Table 2: its coefficients and their Wald statistics, met together.

Values are exchanged between patients of one outcome, so Table 2's other columns stay. The score
equations at the printed coefficients are sums over patients, and an exchange changes two
terms of them: that makes thousands of exchanges cheap to compare.
"""

import numpy as np
from scipy.special import expit

from ...estimate import printed as as_printed
from .. import calibration as cal
from .markers import ASSUMED, below
from .register import MODEL

#: Exchanges compared at a time and how many of them are paired, far from the aim and within so
#: many half rounding intervals of it; and rounds at most.
SINGLES, PAIRED, NEAR, ROUNDS = (600, 1800), (100, 320), 25, 400

#: Columns that move with a column of the model, so that a patient's liver values agree.
WITH = {"alt": ("ast",), "alb": ("tbil",), "ggt": ("alp",), "pt": ("pta", "inr")}

#: Of half a rounding interval: how far inside the area is left alone, free coefficients are kept,
#: and all must end.
INSIDE_AREA, INSIDE, INSIDE_END = 0.6, 0.9, 0.99

#: A coefficient whose rounding interval is wider than this many standard errors has few digits:
#: it may take any value in it, whichever suits its Wald statistic.
FEW = 0.02

#: The intercept is fitted until a step is below this.
CONVERGED = 1e-9

#: One patient more or less in a cell of Table 3 weighs as much as this many half intervals.
CELL = 100

#: Chance that the two values are neighbours, far from the aim and near it, and how far apart in
#: the order of values.
CLOSE, REACH = (0, 0.7), 8

#: After so many rounds without an improvement by a half, the worst statistic weighs twice as much
#: as before, and at most so much.
PATIENCE, MOST = 8, 32


def fit(rng, outcome, columns, scored, table, printed):
    """Exchange values until coefficients, Wald statistics, Table 3 and the area print.

    Parameters
    ----------
    rng : numpy.random.Generator
    outcome, scored : ndarray of {0, 1}, shape (n,)
    columns : dict of str to ndarray, shape (n,)
        Changed in place.
    table : dict
        With the ``tp`` and ``fp`` that the score shall have.
    printed : Register

    Raises
    ------
    calibration.Miss
    """
    search = _Search(rng, outcome, columns, scored, table, printed)
    mark, since = np.inf, 0
    for _ in range(ROUNDS):
        search.settle()
        if search.met():
            break
        off = (search.here**2).sum()
        mark, since = (off, 0) if off < 0.5 * mark else (mark, since + 1)
        if since > PATIENCE:
            search.stress()
            mark, since = np.inf, 0
        search.improve()
    else:
        raise cal.Miss("the logistic model does not print")
    for k, (column, _) in enumerate(MODEL.values()):
        for name in (column, *WITH.get(column, ())):
            columns[name] = columns[name][search.source[:, k + 1]]


class _Search:
    """Patients, and how far their statistics are from the printed ones."""

    def __init__(self, rng, outcome, columns, scored, table, printed):
        self.rng, self.y, self.scored, self.table = rng, outcome, scored == 1, table
        n = outcome.size
        values = np.column_stack([sign * columns[name] for name, sign in MODEL.values()])
        # Centred, so that the information is well conditioned; only the intercept changes.
        self.centre = values.mean(axis=0)
        self.x = np.column_stack([np.ones(n), values - self.centre])
        self.source = np.tile(np.arange(n)[:, None], (1, self.x.shape[1]))
        self.of_class = [np.flatnonzero(outcome == label) for label in (0, 1)]
        cells = [f"table2.{row}.multivariable" for row in MODEL]
        betas = [as_printed(printed(f"{cell}.beta")) for cell in cells]
        zs = [as_printed(printed(f"{cell}.or")) for cell in cells]
        area = as_printed(printed("table4.training.combined.auc"))
        numbers = [*betas, *zs, area]
        self.middle = np.array([float(x) for x in numbers])
        self.slack = np.array([float(x.unit) / 2 for x in numbers])
        self.beta = np.array([0.0, *map(float, betas)])
        slack = self.slack[: len(betas)]
        self.free = slack > FEW * np.abs(self.beta[1:] / self.middle[len(betas) : -1])
        self.low, self.high = (self.beta[1:] + sign * INSIDE * slack for sign in (-1, 1))
        self.emphasis = np.ones(len(numbers) + 2)
        self._points(printed)

    def _points(self, printed):
        """Work out the score in hundredths of points as a sum over the columns."""
        points = ASSUMED["points"]
        each = {
            "tumour_stiffer": -points["softer"],
            "nlr_high": points["nlr_high"],
            "diameter": 10 * points["diameter"],
            "alb": 10 * points["alb"],
        }
        self.points = np.array([0, *(each.get(name, 0) for name, _ in MODEL.values())])
        self.offset = ASSUMED["offset"] + points["softer"] + (self.points[1:] * self.centre).sum()
        self.cutoff = round(100 * float(printed("results.roc.cutoff")))

    def score(self, x):
        """Return the scores of rows in hundredths of points."""
        return np.rint((x * self.points).sum(axis=1) + self.offset)

    def settle(self):
        """Work out the score equations and the information, at coefficients that print."""
        products = self.x[:, :, None] * self.x[:, None, :]
        for last in (False, True):
            for _ in range(30):
                risk = self._risk(self.x)
                step = (self.y - risk).sum() / (risk * (1 - risk)).sum()
                self.beta[0] += np.clip(step, -1, 1)
                if abs(step) < CONVERGED:
                    break
            self.risk = self._risk(self.x)
            self.weight = self.risk * (1 - self.risk)
            self.inverse = np.linalg.inv((self.weight[:, None, None] * products).sum(axis=0))
            self.equations = ((self.y - self.risk)[:, None] * self.x).sum(axis=0)
            if not last:
                self._choose()
        score = self.score(self.x)
        self.points_now = score
        self.ordered = [np.sort(score[c][self.scored[c]]) for c in self.of_class]
        well, ill = self.ordered
        self.pairs = well.size * ill.size
        self.counts = np.array(
            [[below(well, ill).sum(), (ill >= self.cutoff).sum(), (well >= self.cutoff).sum()]]
        )
        variance = np.diag(self.inverse)[None]
        self.here = self._residuals(self.equations[None], variance, self.counts)[0]
        self.near = int((self.here**2).sum() < NEAR**2)

    def _risk(self, x):
        return expit((x * self.beta).sum(axis=1))

    def _choose(self):
        """Let coefficients with few digits take the value that suits their Wald statistic."""
        k = self.free.size
        wanted = self.middle[k:-1] * np.sqrt(np.diag(self.inverse)[1:])
        wanted = wanted.clip(self.low, self.high)
        self.beta[1:] = np.where(self.free, wanted, self.middle[:k])
        self.error = np.abs(self.beta[1:] / self.middle[k:-1])

    def _residuals(self, equations, variance, counts):
        """Return how far off m cohorts are: 1 and less where a number prints.

        Coefficients by one Newton step from the printed ones, which is the whole way near the
        aim; Wald statistics by their standard errors alone; the area; the cells of Table 3.
        """
        k = self.free.size
        moved = (equations[:, :, None] * self.inverse).sum(axis=1)[:, 1:]
        moved = moved / np.minimum(self.slack[:k], self.slack[k:-1] * self.error)
        z = np.log(variance[:, 1:] / self.error**2) / 2 * np.abs(self.middle[k:-1])
        area = (counts[:, :1] / self.pairs - self.middle[-1]) / self.slack[-1]
        area = np.sign(area) * np.maximum(np.abs(area) - INSIDE_AREA, 0)
        cells = CELL * (counts[:, 1:] - [self.table["tp"], self.table["fp"]])
        return np.column_stack([moved, z / self.slack[k:-1], area, cells])

    def met(self):
        """Say whether everything prints, at the maximum of the likelihood."""
        if np.abs(self.here).max() > 1.5:
            return False
        beta, inverse = self.beta, self.inverse
        products = self.x[:, :, None] * self.x[:, None, :]
        for _ in range(5):
            risk = expit((self.x * beta).sum(axis=1))
            weight = (risk * (1 - risk))[:, None, None]
            inverse = np.linalg.inv((weight * products).sum(axis=0))
            step = (inverse * ((self.y - risk)[:, None] * self.x).sum(axis=0)).sum(axis=1)
            beta = beta + step
        z = beta / np.sqrt(np.diag(inverse))
        found = np.concatenate([beta[1:], z[1:], [self.counts[0, 0] / self.pairs]])
        return (np.abs(found - self.middle) < INSIDE_END * self.slack).all()

    def improve(self):
        """Do the best of many exchanges and of pairs of them, if it is an improvement."""
        first, second, column = self._draw()
        here = self.here * self.emphasis
        found = self._after(first, second, column) * self.emphasis
        off = (found**2).sum(axis=1)
        best = np.argsort(off, kind="stable")[: PAIRED[self.near]]
        step = found[best] - here
        # What two exchanges do together is nearly the sum of what each does alone.
        product = (found[best][:, None] * step).sum(axis=2)
        both = off[best][:, None] + 2 * product + (step**2).sum(axis=1)
        a, b = first[best], second[best]
        shared = np.zeros(both.shape, dtype=bool)
        for u in (a, b):
            for v in (a, b):
                shared |= u[:, None] == v
        both[shared] = np.inf
        chosen = best[:1]
        if both.min() < off[best[0]]:
            chosen = best[list(np.unravel_index(both.argmin(), both.shape))]
        if min(both.min(), off[best[0]]) < (here**2).sum():
            self._do(first[chosen], second[chosen], column[chosen])

    def stress(self):
        """Let the worst statistic weigh more from now on, to leave a dead end."""
        worst = np.abs(self.here * self.emphasis).argmax()
        self.emphasis[worst] = min(2 * self.emphasis[worst], MOST)

    def _do(self, first, second, column):
        for i, k, c in zip(first, second, column, strict=True):
            for table in (self.x, self.source):
                table[i, c], table[k, c] = table[k, c], table[i, c]

    def _draw(self):
        """Draw exchanges: two patients of one outcome, and a column in which they differ."""
        rng, n, many = self.rng, self.y.size, SINGLES[self.near]
        column = rng.integers(1, self.x.shape[1], size=many)
        first = rng.integers(n, size=many)
        # Near the aim most of them exchange values that are close, for small changes.
        close = rng.random(many) < CLOSE[self.near]
        second = np.empty_like(first)
        for label, members in enumerate(self.of_class):
            of = self.y[first] == label
            second[of] = members[rng.integers(members.size, size=of.sum())]
            order = members[self.x[members].argsort(axis=0, kind="stable")]
            place = np.empty((n, order.shape[1]), dtype=int)
            np.put_along_axis(place, order, np.arange(members.size)[:, None], axis=0)
            of &= close
            step = rng.integers(1, REACH + 1, size=of.sum())
            at = np.minimum(place[first[of], column[of]] + step, members.size - 1)
            second[of] = order[at, column[of]]
        differ = self.x[first, column] != self.x[second, column]
        return first[differ], second[differ], column[differ]

    def _after(self, first, second, column):
        """Return the residuals after each exchange alone."""
        equations, variance, counts = self.equations, np.diag(self.inverse), self.counts
        for who, other in ((first, second), (second, first)):
            old, new = self.x[who], self.x[who].copy()
            new[np.arange(who.size), column] = self.x[other, column]
            risk = self._risk(new)
            y = self.y[who]
            gain = (y - risk)[:, None] * new - (y - self.risk[who])[:, None] * old
            equations = equations + gain
            # The inverse changes by minus itself times the change times itself.
            variance = variance - self._leverage(new, risk * (1 - risk))
            variance = variance + self._leverage(old, self.weight[who])
            counts = counts + self._gain(who, self.score(new))
        return self._residuals(equations, np.maximum(variance, 1e-12), counts)

    def _leverage(self, x, weight):
        return weight[:, None] * (x[:, :, None] * self.inverse).sum(axis=1) ** 2

    def _gain(self, who, score):
        """Return the change of concordant pairs and of the two cells."""
        well, ill = self.ordered
        now, is_ill = self.points_now[who], self.y[who] == 1
        won = np.where(
            is_ill, below(well, score) - below(well, now), below(ill, now) - below(ill, score)
        )
        above = (score >= self.cutoff).astype(float) - (now >= self.cutoff)
        change = np.column_stack([won, above * is_ill, above * ~is_ill])
        return change * self.scored[who][:, None]
