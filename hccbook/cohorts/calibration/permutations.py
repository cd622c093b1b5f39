"""Exchange values between patients of one outcome until joint statistics print.

Who has the outcome stays, and so does every table of one variable by outcome. What changes is
how variables go together: the area under the curve of a score, its table at a cut-off, the
correlation of two variables.
"""

import numpy as np

from ...estimate import printed as as_printed
from .search import Aim, Miss, Search, boxes

#: Exchanges compared at a time.
SINGLES = 128

#: So many exchanges at random lead out of a dead end.
KICKS = 6

#: While the loss is above the first, changes are random; the temperature is this share of it.
NEAR, WARMTH = 10, 0.02


def outcome_in_groups(rng, group, events):
    """Allot an outcome to exact counts in each group."""
    outcome = np.zeros(group.size, dtype=int)
    for label, count in enumerate(events):
        members = np.flatnonzero(group == label)
        if not 0 <= count <= members.size:
            raise ValueError(f"events: expected 0 to {members.size} in group {label}, got {count}")
        outcome[rng.permutation(members)[:count]] = 1
    return outcome


def concordant_pairs(outcome, marker):
    """Return the concordant pairs (ties count one half) and all pairs behind an AUC."""
    ill, well = marker[outcome == 1], np.sort(marker[outcome == 0])
    return float(below(well, ill).sum()), float(ill.size * well.size)


def below(ordered, values):
    """Return how many of the ordered numbers are below each value; ties count one half."""
    return (np.searchsorted(ordered, values) + np.searchsorted(ordered, values, "right")) / 2


def reach_auc(rng, outcome, marker, group, auc, tries=20_000):
    """Exchange outcomes between patients of one group until the AUC prints as wanted.

    Exchanges inside a group leave every table of group by outcome as it is.
    """
    target, outcome = as_printed(auc), outcome.copy()
    concordant, pairs = concordant_pairs(outcome, marker)
    low, wanted, high = (float(x) * pairs for x in (target.low, target.value, target.high))
    # Concordant pairs are the rank sum of the ill, less a constant. Halves are exact.
    rank = below(np.sort(marker), marker)
    for _ in range(tries):
        if low <= concordant <= high:
            return outcome
        i, j = rng.integers(outcome.size, size=2)
        if group[i] != group[j] or outcome[i] == outcome[j]:
            continue
        ill, well = (i, j) if outcome[i] else (j, i)
        new = concordant + rank[well] - rank[ill]
        if abs(new - wanted) <= abs(concordant - wanted):
            concordant = new
            outcome[[i, j]] = outcome[[j, i]]
    raise Miss(f"AUC {auc} not reached: {concordant / pairs:.4f}")


class JointAim(Aim):
    """Statistics of rows and outcomes: sums over patients, and areas under the curve.

    Sums and areas are all that :func:`permute` needs to know: it works out how they change
    when two patients exchange values. A recipe adds aims of its own in a few lines.
    """

    def adds(self, rows, outcome):
        """Return what patients add to the sums, shape (m, q)."""
        return np.zeros((len(rows), 0))

    def scores(self, rows):
        """Return the scores whose areas are wanted, shape (m, s), of a size of about 1 to 1e5."""
        return np.zeros((len(rows), 0))

    def statistics(self, sums, areas):
        """Return the statistics of m cohorts from their sums and areas, shape (m, k)."""
        raise NotImplementedError


class AreaAim(JointAim):
    """Areas under the curve of weighted sums of columns print."""

    def __init__(self, weights, areas):
        self.weights = np.asarray(weights, dtype=float)
        super().__init__(*boxes([as_printed(area) for area in areas]))

    def scores(self, rows):
        """Return the weighted sums."""
        return (rows[:, None, :] * self.weights).sum(axis=2)

    def statistics(self, sums, areas):
        """Return the areas."""
        return areas


class _Together(JointAim):
    """Several aims as one."""

    def __init__(self, aims, table, outcome):
        self.aims = aims
        row, one = table[:1], outcome[:1]
        widths = [(aim.adds(row, one).shape[1], aim.scores(row).shape[1]) for aim in aims]
        self.ends = np.cumsum(widths, axis=0)[:-1]
        names = ("low", "high", "middle", "slack")
        super().__init__(*(np.concatenate([getattr(a, name) for a in aims]) for name in names))

    def adds(self, rows, outcome):
        return np.column_stack([aim.adds(rows, outcome) for aim in self.aims])

    def scores(self, rows):
        # Sums that are equal on paper must be tied.
        return np.column_stack([aim.scores(rows) for aim in self.aims]).round(9)

    def statistics(self, sums, areas):
        parts = np.split(sums, self.ends[:, 0], axis=1), np.split(areas, self.ends[:, 1], axis=1)
        found = [a.statistics(*part) for a, *part in zip(self.aims, *parts, strict=True)]
        return np.column_stack(found)


def permute(rng, table, outcome, blocks, aims, changes=20_000, rounds=300):
    """Exchange values between patients of one outcome until joint statistics print.

    By simulated annealing first: many random exchanges are worked out at once, and the first
    that the rule accepts is done. Then each time the best of many and of pairs of them.
    """
    search = _Exchanges(rng, table, outcome, blocks, _Together(aims, table, outcome))
    search.rounds = rounds
    search.anneal(changes // SINGLES)
    search.reach()
    return search.table


class _Exchanges(Search):
    """Patients, their sums and areas, and what exchanges of values do to them."""

    patience = 30

    def __init__(self, rng, table, outcome, blocks, aim):
        super().__init__(rng, aim)
        self.table, self.outcome = table.copy(), outcome
        self.member = np.zeros((len(blocks), table.shape[1]), dtype=bool)
        for block, columns in enumerate(blocks):
            self.member[block, columns] = True
        self.well, self.ill = (np.flatnonzero(outcome == c) for c in (0, 1))
        self.look()

    def statistics(self):
        self.each = self.aim.adds(self.table, self.outcome)
        self.score = self.aim.scores(self.table)
        self.ordered = [np.sort(self.score[c], axis=0) for c in (self.well, self.ill)]
        pairs = [concordant_pairs(self.outcome, x) for x in self.score.T]
        self.concordant, self.pairs_of = np.array(pairs).reshape(-1, 2).T
        return self._values(0, 0)

    def _values(self, sums, concordant):
        areas = np.atleast_2d(self.concordant + concordant) / self.pairs_of
        return self.aim.statistics(np.atleast_2d(self.each.sum(axis=0) + sums), areas)

    def draw(self):
        rng = self.rng
        block = self.member[rng.integers(len(self.member), size=SINGLES)]
        who = rng.integers(self.outcome.size, size=SINGLES)
        classes = self.outcome[who]
        first, size = np.array([(0, self.well.size), (self.well.size, self.ill.size)]).T
        other = np.concatenate([self.well, self.ill])[first[classes] + rng.integers(size[classes])]
        both = np.column_stack([who, other])
        return (both, block, *self._gains(both, block)), both

    def _gains(self, both, block):
        """Return what exchanges of two patients each do to the sums and the concordant pairs."""
        rows = np.where(block[:, None], self.table[both[:, ::-1]], self.table[both])
        flat, twice = rows.reshape(-1, rows.shape[2]), self.outcome[both.ravel()]
        sums = self.aim.adds(flat, twice) - self.each[both.ravel()]
        new, old = self.aim.scores(flat), self.score[both.ravel()]
        wins = np.empty_like(new)
        for k in range(new.shape[1]):
            # The ill win against those below them, the well lose against those above.
            for label, opposite in ((0, 1), (1, 0)):
                at, ordered = twice == label, self.ordered[opposite][:, k]
                gain = below(ordered, new[at, k]) - below(ordered, old[at, k])
                wins[at, k] = gain if label else -gain
        return (x.reshape(len(both), 2, -1).sum(axis=1) for x in (sums, wins))

    def after(self, changes, chosen):
        return self._values(*(gains[chosen].sum(axis=1) for gains in changes[2:]))

    def become(self, changes, chosen):
        for (i, k), block in zip(*(x[chosen] for x in changes[:2]), strict=True):
            self.table[i, block], self.table[k, block] = self.table[k, block], self.table[i, block]

    def anneal(self, times):
        """So many times do the first of many exchanges that is no worse, or not much."""
        for _ in range(times):
            loss = self.aim.loss(self.here)[0]
            if loss <= NEAR * self.aim.low.size:
                return
            changes, patients = self.draw()
            losses = self.aim.loss(self.after(changes, np.arange(len(patients))[:, None]))
            slack = WARMTH * loss * self.rng.exponential(size=SINGLES)
            accepted = np.flatnonzero(losses <= loss + slack)
            if accepted.size:
                self.become(changes, accepted[:1])
                self.look()

    def leave(self):
        """Do some exchanges whatever comes of them."""
        self.become(self.draw()[0], np.arange(KICKS))
