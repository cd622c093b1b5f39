"""The logistic model of Table 2: its coefficients and their Wald statistics, met together.

Values are exchanged between patients of one outcome, so Table 2's other columns stay. The score
equations at the printed coefficients are sums over patients, and an exchange changes two
terms of them: that makes thousands of exchanges cheap to compare.
"""

import numpy as np
from scipy.special import expit

from ..._newton import fit_many
from ...estimate import as_printed
from .. import calibration as cal
from . import markers

#: Variables of the model: the column, and the sign it enters with.
MODEL = cal.Part("tipm", "tables", "model")

#: What no public number fixes.
ASSUMED = cal.Part("tipm", "assumed", "coefficients")

#: Exchanges compared at a time, and how many of them are done at most.
SINGLES, CHAIN = 1500, 12
#: Of half a rounding interval: how far inside free coefficients are kept, how near to the aim
#: statistics are left alone, and how far inside all must end.
KEPT, INSIDE, INSIDE_END = 0.9, 0.45, 0.99
#: A coefficient whose rounding interval is wider than this many standard errors has few digits:
#: it may take any value in it, whichever suits its Wald statistic.
FEW = 0.02
#: Below this loss the model is fitted, not only its first step.
NEAR = 1e3
#: The area, and one patient more or less in a cell of Table 3, weigh as much as this many half
#: intervals of the others: they move in jumps, so they come first.
AREA, CELL = 10, 1000
#: Chance that the two values are close in the order of values, and how far apart at most then.
CLOSE, REACH = 0.7, 40
#: In a dead end the worst statistic weighs so many times as much as before. If it weighs this much
#: already, the others get their usual weight again.
STRESS, MOST = 8, 60


def fit(rng, outcome, columns, scored, table, printed):
    """Exchange values until coefficients, Wald statistics, Table 3 and the area print."""
    search = _Exchanges(rng, outcome, columns, scored, table, printed)
    search.reach()
    for k, (column, _) in enumerate(MODEL.values(), 1):
        for name in (column, *ASSUMED["together"].get(column, ())):
            columns[name] = columns[name][search.source[:, k]]


class _Exchanges(cal.Search):
    """Patients, and how far their statistics are from the printed ones."""

    rounds, patience, share = 119, 4, 0.5

    def __init__(self, rng, outcome, columns, scored, table, printed):
        self.rng, self.y, self.scored = rng, outcome, scored == 1
        n, k = outcome.size, len(MODEL)
        values = np.column_stack([sign * columns[name] for name, sign in MODEL.values()])
        # Centred, so that the information is well conditioned; only the intercept changes.
        centre = values.mean(axis=0)
        self.x = np.column_stack([np.ones(n), values - centre])
        self.source = np.tile(np.arange(n)[:, None], (1, k + 1))
        names = [f"table2.{row}.multivariable.{x}" for x in ("beta", "or") for row in MODEL]
        numbers = [as_printed(printed(x)) for x in (*names, "table4.training.combined.auc")]
        self.middle = np.array([*map(float, numbers), table["tp"], table["fp"]])
        self.slack = np.array([float(x.unit) / 2 for x in numbers] + [1 / CELL] * 2)
        self.usual = np.array([1.0] * 2 * k + [AREA, 1, 1])
        self.weight, self.fitted = self.usual.copy(), None
        self.beta, self.z = np.append(0, self.middle[:k]), self.middle[k : 2 * k]
        # How far each coefficient may be from the printed one.
        free = self.slack[:k] > FEW * np.abs(self.beta[1:] / self.z)
        self.ends = [self.middle[:k] + sign * free * KEPT * self.slack[:k] for sign in (-1, 1)]
        points = [markers.ASSUMED["points"].get(name, 0) for name, _ in MODEL.values()]
        self.points = np.array([markers.ASSUMED["offset"] + (points * centre).sum(), *points])
        self.cutoff = float(printed("results.roc.cutoff"))

    def statistics(self):
        """Return the residuals, and keep what :meth:`after` needs of every patient."""
        # Coefficients with few digits take the value that was fitted before, or far from the aim
        # the one that suits their Wald statistic.
        if self.fitted is None:
            self.beta, inverse = self._fit(self.beta, 0)
            suits = self.z * np.sqrt(np.diag(inverse)[1:])
        else:
            suits = self.fitted[0][1:]
        self.beta[1:] = suits.clip(*self.ends)
        self.error = np.abs(self.beta[1:] / self.z)
        self.beta, self.inverse = self._fit(self.beta, 0)
        self.linear = self.x @ self.beta
        risk = expit(self.linear)
        self.rest, self.spread = self.y - risk, risk * (1 - risk)
        self.lean = self.x @ self.inverse
        self.leverage = (self.lean * self.x).sum(axis=1)
        self.moved = self.rest @ self.lean
        # By how much the variances change with the sum of outcomes less risks, which moves the
        # intercept, and so all weights.
        self.shift = -(self.spread * (1 - 2 * risk) / self.spread.sum()) @ self.lean**2
        self.score = (self.x @ self.points).round(2)
        self.ordered = [np.sort(self.score[self.scored & (self.y == label)]) for label in (0, 1)]
        self.each = self._cells(np.arange(self.y.size), self.score)
        self.cells = np.array([self.each[self.y == 1, 0].sum(), *self.each[:, 1:].sum(axis=0)])
        self.expected = self._residuals(self.moved, np.diag(self.inverse), self.cells)
        self.fitted = None
        if self.outside(self.expected) >= NEAR:
            return self.expected[None]
        self.fitted = beta, inverse = self._fit(self.beta + self.moved)
        return self._residuals(beta - self.beta, np.diag(inverse), self.cells)[None]

    def _fit(self, start, columns=slice(None)):
        """Fit the coefficients of some columns; return all, and the inverse of the information."""
        keep = np.zeros((1, start.size), dtype=bool)
        keep[:, columns] = True
        fits = fit_many(self.x, self.y, keep=keep, start=start[None])
        return fits.coefficients[0], np.linalg.inv(fits.information[0])

    def _cells(self, who, score):
        """Return what patients with such scores add to the area and to two cells of Table 3.

        To the area up to a constant: the ill win against those below them, the well lose.
        """
        well, ill = self.ordered
        is_ill, above = self.y[who] == 1, score >= self.cutoff
        won = np.where(is_ill, cal.below(well, score), -cal.below(ill, score))
        cells = won / (well.size * ill.size), is_ill & above, ~is_ill & above
        return self.scored[who, None] * np.column_stack(cells)

    def _residuals(self, moved, variance, cells):
        """Return how far off m cohorts are: 1 and less where a number prints.

        Coefficients by their distance from the printed ones; Wald statistics by their standard
        errors alone; the area; the cells of Table 3.
        """
        k = len(MODEL)
        beta = moved[..., 1:] / np.minimum(self.slack[:k], self.slack[k : 2 * k] * self.error)
        z = np.log(variance[..., 1:] / self.error**2) / 2 * np.abs(self.z) / self.slack[k : 2 * k]
        cells = (cells - self.middle[2 * k :]) / self.slack[2 * k :]
        return np.concatenate([beta, z, cells], axis=-1)

    def outside(self, values):
        """Return how far m cohorts are from printing, 0 where all is well inside."""
        return cal.decisive(np.maximum(np.abs(values) - INSIDE, 0) ** 2 @ self.weight**2)

    def look(self):
        """Work out what is left: nothing if all prints at the maximum of the likelihood."""
        super().look()
        self.left = max(self.left, 1e-9)
        if self.fitted is not None:
            beta, inverse = self.fitted
            z = beta / np.sqrt(np.diag(inverse))
            found = np.concatenate([beta[1:], z[1:], self.cells])
            if (np.abs(found - self.middle) < INSIDE_END * self.slack).all():
                self.left = 0.0

    def leave(self):
        """Let the worst statistic weigh more from now on."""
        worst = (self.weight * (np.abs(self.here[0]) - INSIDE)).argmax()
        if self.weight[worst] >= MOST:
            self.weight = self.usual.copy()
        self.weight[worst] *= STRESS
        self.left = float(self.outside(self.here)[0])
        self.improve()

    def improve(self):
        """Do one exchange after the other, the best of many each time, while that helps.

        What exchanges of different patients do together is nearly the sum of what each does.
        """
        first, second, column = self.draw()
        steps = self.after(first, second, column) - self.expected
        here, now, taken = self.here, self.left, np.zeros(first.size)
        for _ in range(CHAIN):
            off = self.outside(here + steps) + taken
            best = int(off.argmin())
            if off[best] >= now:
                break
            now, here = off[best], here + steps[best]
            both = [first[best], second[best]]
            for table in (self.x, self.source):
                table[both, column[best]] = table[both[::-1], column[best]]
            for k in both:
                taken[(first == k) | (second == k)] = np.inf

    def draw(self):
        """Draw exchanges: two patients of one outcome, and a column in which they differ."""
        rng, n = self.rng, self.y.size
        column = rng.integers(1, self.x.shape[1], size=SINGLES)
        first = rng.integers(n, size=SINGLES)
        # Most of them exchange values that are close, for small changes of every size.
        close = rng.random(SINGLES) < CLOSE
        # Patients in the order of each column, TIE before TIN.
        order = np.lexsort((self.x, np.broadcast_to(self.y[:, None], self.x.shape)), axis=0)
        place, second = order.argsort(axis=0, kind="stable")[first, column], np.empty_like(first)
        for label in (0, 1):
            members, of = np.flatnonzero(self.y == label), self.y[first] == label
            second[of] = members[rng.integers(members.size, size=of.sum())]
            of &= close
            step = np.rint(REACH ** rng.random(of.sum())).astype(int)
            last = n - 1 if label else members.size - 1
            second[of] = order[np.minimum(place[of] + step, last), column[of]]
        differ = self.x[first, column] != self.x[second, column]
        return first[differ], second[differ], column[differ]

    def after(self, first, second, column):
        """Return the residuals after each exchange alone, by one Newton step."""
        moved, variance, cells, surplus = self.moved, np.diag(self.inverse), self.cells, 0
        rows = np.arange(first.size)
        for who, other in ((first, second), (second, first)):
            change = self.x[other, column] - self.x[who, column]
            risk = expit(self.linear[who] + change * self.beta[column])
            rest, spread, before = self.y[who] - risk, risk * (1 - risk), self.spread[who]
            old = self.lean[who]
            new = old + change[:, None] * self.inverse[column]
            moved = moved + rest[:, None] * new - self.rest[who, None] * old
            surplus = surplus + rest - self.rest[who]
            # The information less the patient's old product and with the new one, by the Woodbury
            # identity; the quadratic forms of both rows.
            old_old = self.leverage[who]
            old_new = old_old + change * old[rows, column]
            new_new = old_new + change * new[rows, column]
            a, b, d = before * old_old - 1, before * spread * old_new, 1 + spread * new_new
            parts = (before * d, old**2), (-2 * b, old * new), (spread * a, new**2)
            squares = sum(x[:, None] * square for x, square in parts)
            variance = variance - squares / (a * d - b * old_new)[:, None]
            score = (self.score[who] + change * self.points[column]).round(2)
            cells = cells + self._cells(who, score) - self.each[who]
        variance = variance + surplus[:, None] * self.shift
        return self._residuals(moved, np.maximum(variance, 1e-12), cells)
