"""The logistic model of Table 2: its coefficients and their Wald statistics, met together.

Values are exchanged between patients of one outcome, so Table 2's other columns stay. The score
equations at the printed coefficients are sums over patients, and an exchange changes two
terms of them: that makes thousands of exchanges cheap to compare.
"""

import numpy as np
from scipy.special import expit

from ...estimate import printed as as_printed
from .. import calibration as cal
from .markers import ASSUMED
from .register import MODEL

#: Exchanges compared at a time, how many of them are done at most, and how often.
SINGLES, CHAIN, ROUNDS = 1500, 12, 120

#: Columns that move with a column of the model, so that a patient's liver values agree.
WITH = {"alt": ("ast",), "alb": ("tbil",), "ggt": ("alp",), "pt": ("pta", "inr")}

#: Of half a rounding interval: how far inside free coefficients are kept, how near to the aim
#: statistics are left alone, and how far inside all must end.
KEPT, INSIDE, INSIDE_END = 0.9, 0.45, 0.99

#: A coefficient whose rounding interval is wider than this many standard errors has few digits:
#: it may take any value in it, whichever suits its Wald statistic.
FEW = 0.02

#: Newton's method ends with a step below this, or after so many.
CONVERGED, MOST_STEPS = 1e-9, 30

#: Below this loss the model is fitted, not only its first step.
NEAR = 1e3

#: The area, and one patient more or less in a cell of Table 3, weigh as much as this many half
#: intervals of the others: they move in jumps, so they come first.
AREA, CELL = 10, 1000

#: Chance that the two values are close in the order of values, and how far apart at most then.
CLOSE, REACH = 0.7, 40

#: After so many rounds without an improvement by a half, the worst statistic weighs so many times
#: as much as before. If it weighs this much already, the others get their usual weight again.
PATIENCE, STRESS, MOST = 4, 8, 60


def fit(rng, outcome, columns, scored, table, printed):
    """Exchange values until coefficients, Wald statistics, Table 3 and the area print."""
    search = _Search(rng, outcome, columns, scored, table, printed)
    mark, since = np.inf, 0
    for _ in range(ROUNDS):
        search.settle()
        if search.met():
            break
        mark, since = (search.loss, 0) if search.loss < mark / 2 else (mark, since + 1)
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
        self.rng, self.y, self.scored = rng, outcome, scored == 1
        n, k = outcome.size, len(MODEL)
        values = np.column_stack([sign * columns[name] for name, sign in MODEL.values()])
        # Centred, so that the information is well conditioned; only the intercept changes.
        self.centre = values.mean(axis=0)
        self.x = np.column_stack([np.ones(n), values - self.centre])
        self.source = np.tile(np.arange(n)[:, None], (1, k + 1))
        self.of_class = [np.flatnonzero(outcome == label) for label in (0, 1)]
        names = [f"table2.{row}.multivariable.{x}" for x in ("beta", "or") for row in MODEL]
        numbers = [as_printed(printed(x)) for x in (*names, "table4.training.combined.auc")]
        self.middle = np.array([*map(float, numbers), table["tp"], table["fp"]])
        self.slack = np.array([float(x.unit) / 2 for x in numbers] + [1 / CELL] * 2)
        self.z, self.slack_z = self.middle[k : 2 * k], self.slack[k : 2 * k]
        self.usual = np.array([1.0] * 2 * k + [AREA, 1, 1])
        self.weight = self.usual.copy()
        self.beta, slack = np.append(0, self.middle[:k]), self.slack[:k]
        self.free = slack > FEW * np.abs(self.beta[1:] / self.z)
        self.fitted = None
        self.low, self.high = (self.beta[1:] + sign * KEPT * slack for sign in (-1, 1))
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

    def settle(self):
        """Work out all statistics, and what :meth:`_after` needs of every patient."""
        self.products = self.x[:, :, None] * self.x[:, None, :]
        self._intercept()
        # Coefficients with few digits take the value that was fitted before, or far from the aim
        # the one that suits their Wald statistic.
        suits = self.z * np.sqrt(np.diag(self.inverse)[1:])
        suits = suits if self.fitted is None else self.fitted[0][1:]
        self.beta[1:] = np.where(self.free, suits.clip(self.low, self.high), self.beta[1:])
        self.error = np.abs(self.beta[1:] / self.z)
        self._intercept()
        self.lean = (self.x[:, :, None] * self.inverse).sum(axis=1)
        self.leverage = (self.lean * self.x).sum(axis=1)
        self.moved = (self.rest[:, None] * self.lean).sum(axis=0)
        # By how much the variances change with the sum of outcomes less risks, which moves the
        # intercept, and so all weights.
        change = self.spread * (1 - 2 * self.risk) / self.spread.sum()
        self.shift = -(change[:, None] * self.lean**2).sum(axis=0)
        self._count()
        variance = np.diag(self.inverse)
        self.expected = self.here = self._residuals(self.moved, variance, self.counts)
        self.fitted = None
        if self._loss(self.here) < NEAR:
            self.fitted = self._fit()
            beta, variance = self.fitted
            self.here = self._residuals(beta - self.beta, variance, self.counts)
        self.loss = self._loss(self.here)

    def _intercept(self):
        """Fit the intercept, and work out risks and the information."""
        others = (self.x[:, 1:] * self.beta[1:]).sum(axis=1)
        for _ in range(MOST_STEPS):
            self.linear = others + self.beta[0]
            self.risk = expit(self.linear)
            self.rest, self.spread = self.y - self.risk, self.risk * (1 - self.risk)
            step = self.rest.sum() / self.spread.sum()
            if abs(step) < CONVERGED:
                break
            self.beta[0] += np.clip(step, -1, 1)
        self.inverse = np.linalg.inv((self.spread[:, None, None] * self.products).sum(axis=0))

    def _count(self):
        """Work out the score, its concordant pairs and the two cells."""
        self.score = np.rint((self.x * self.points).sum(axis=1) + self.offset)
        well, ill = self.ordered = [np.sort(self.score[c][self.scored[c]]) for c in self.of_class]
        self.pairs = well.size * ill.size
        self.won = np.where(self.y == 1, cal.below(well, self.score), -cal.below(ill, self.score))
        self.above = self.score >= self.cutoff
        cells = [(x >= self.cutoff).sum() for x in (ill, well)]
        self.counts = np.array([cal.below(well, ill).sum(), *cells])

    def _fit(self):
        """Return coefficients and their variances at the maximum of the likelihood."""
        beta = self.beta + self.moved
        for _ in range(MOST_STEPS):
            risk = expit((self.x * beta).sum(axis=1))
            weight = (risk * (1 - risk))[:, None, None]
            inverse = np.linalg.inv((weight * self.products).sum(axis=0))
            step = (inverse * ((self.y - risk)[:, None] * self.x).sum(axis=0)).sum(axis=1)
            beta = beta + step
            if np.abs(step).max() < CONVERGED:
                break
        return beta, np.diag(inverse)

    def _residuals(self, moved, variance, counts):
        """Return how far off m cohorts are: 1 and less where a number prints.

        Coefficients by their distance from the printed ones; Wald statistics by their standard
        errors alone; the area; the cells of Table 3.
        """
        k = self.free.size
        beta = moved[..., 1:] / np.minimum(self.slack[:k], self.slack_z * self.error)
        z = np.log(variance[..., 1:] / self.error**2) / 2 * np.abs(self.z) / self.slack_z
        counts = (counts / [self.pairs, 1, 1] - self.middle[2 * k :]) / self.slack[2 * k :]
        return np.concatenate([beta, z, counts], axis=-1)

    def _loss(self, residuals):
        """Return how far m cohorts are from printing, 0 where all is well inside."""
        return cal.decisive(
            ((self.weight * (np.abs(residuals) - INSIDE).clip(0)) ** 2).sum(axis=-1)
        )

    def met(self):
        """Say whether everything prints, at the maximum of the likelihood."""
        if self.fitted is None:
            return False
        beta, variance = self.fitted
        z = beta / np.sqrt(variance)
        found = np.concatenate([beta[1:], z[1:], self.counts / [self.pairs, 1, 1]])
        return (np.abs(found - self.middle) < INSIDE_END * self.slack).all()

    def stress(self):
        """Let the worst statistic weigh more from now on, to leave a dead end."""
        worst = (self.weight * (np.abs(self.here) - INSIDE)).argmax()
        if self.weight[worst] >= MOST:
            self.weight = self.usual.copy()
        self.weight[worst] *= STRESS
        self.loss = self._loss(self.here)

    def improve(self):
        """Do one exchange after the other, the best of many each time, while that helps.

        What exchanges of different patients do together is nearly the sum of what each does.
        """
        first, second, column = self._draw()
        steps = self._after(first, second, column) - self.expected
        here, now, taken = self.here, self.loss, np.zeros(first.size)
        for _ in range(CHAIN):
            off = self._loss(here + steps) + taken
            best = int(off.argmin())
            if off[best] >= now:
                break
            now, here = off[best], here + steps[best]
            i, j, c = first[best], second[best], column[best]
            for table in (self.x, self.source):
                table[i, c], table[j, c] = table[j, c], table[i, c]
            for k in (i, j):
                taken[(first == k) | (second == k)] = np.inf

    def _draw(self):
        """Draw exchanges: two patients of one outcome, and a column in which they differ."""
        rng, n = self.rng, self.y.size
        column = rng.integers(1, self.x.shape[1], size=SINGLES)
        first = rng.integers(n, size=SINGLES)
        # Most of them exchange values that are close, for small changes of every size.
        close = rng.random(SINGLES) < CLOSE
        second = np.empty_like(first)
        for label, members in enumerate(self.of_class):
            of = self.y[first] == label
            second[of] = members[rng.integers(members.size, size=of.sum())]
            order = members[self.x[members].argsort(axis=0, kind="stable")]
            place = np.empty((n, order.shape[1]), dtype=int)
            np.put_along_axis(place, order, np.arange(members.size)[:, None], axis=0)
            of &= close
            step = np.rint(REACH ** rng.random(of.sum())).astype(int)
            at = np.minimum(place[first[of], column[of]] + step, members.size - 1)
            second[of] = order[at, column[of]]
        differ = self.x[first, column] != self.x[second, column]
        return first[differ], second[differ], column[differ]

    def _after(self, first, second, column):
        """Return the residuals after each exchange alone, by one Newton step."""
        moved, variance, surplus = self.moved, np.diag(self.inverse), 0
        counts = np.tile(self.counts, (first.size, 1))
        for who, other in ((first, second), (second, first)):
            change = self.x[other, column] - self.x[who, column]
            risk = expit(self.linear[who] + change * self.beta[column])
            rest, old = self.y[who] - risk, self.lean[who]
            new = old + change[:, None] * self.inverse[column]
            moved = moved + rest[:, None] * new - self.rest[who][:, None] * old
            variance = variance + self._less(who, column, change, risk * (1 - risk), new)
            surplus = surplus + rest - self.rest[who]
            counts += self._gain(who, change * self.points[column])
        variance = variance + surplus[:, None] * self.shift
        return self._residuals(moved, np.maximum(variance, 1e-12), counts)

    def _less(self, who, column, change, spread, new):
        """Return the change of the variances as one value of each of some patients changes.

        By the Woodbury identity for the information less the patient's old product, and with the
        new one; ``old_old``, ``old_new`` and ``new_new`` are the quadratic forms of both rows.
        """
        old, before, rows = self.lean[who], self.spread[who], np.arange(who.size)
        old_old = self.leverage[who]
        old_new = old_old + change * old[rows, column]
        new_new = old_new + change * new[rows, column]
        a, b, d = before * old_old - 1, before * spread * old_new, 1 + spread * new_new
        parts = (before * d, old**2), (-2 * b, old * new), (spread * a, new**2)
        return sum((-x / (a * d - b * old_new))[:, None] * square for x, square in parts)

    def _gain(self, who, change):
        """Return the change of concordant pairs and of the two cells."""
        gain = np.zeros((who.size, 3))
        at = np.flatnonzero(self.scored[who] & (change != 0))
        score = np.rint(self.score[who[at]] + change[at])
        above = (score >= self.cutoff).astype(int) - self.above[who[at]]
        for label, sign in ((0, -1), (1, 1)):
            of = self.y[who[at]] == label
            won = sign * cal.below(self.ordered[1 - label], score[of])
            gain[at[of], 0] = won - self.won[who[at[of]]]
            gain[at[of], 2 - label] = above[of]
        return gain
