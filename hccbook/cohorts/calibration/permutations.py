"""Exchange values between patients of one outcome until scores print.

Who has the outcome stays, and so does every table of one variable by outcome. What changes is
how variables go together: the area under the curve of a score, and its table at a cut-off.
Before that, counts are allotted, and :func:`reach_auc` exchanges outcomes inside a group.
"""

import numpy as np

from ...estimate import as_printed
from .search import NotReached, Search

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


def flags(rng, n, count):
    """Give a feature to so many of n patients."""
    return rng.permutation((np.arange(n) < count).astype(int))


def covariates(rng, n, assumed):
    """Draw ages, and features in the shares of patients that are assumed."""
    age = assumed["age"]
    years = rng.normal(age["mean"], age["sd"], n).round().clip(age["youngest"], age["oldest"])
    features = {
        name: flags(rng, n, round(share * n)) for name, share in assumed["prevalence"].items()
    }
    return {"age": years.astype(int), **features}


def below(ordered, values):
    """Return how many of the ordered numbers are below each value; ties count one half."""
    return (np.searchsorted(ordered, values) + np.searchsorted(ordered, values, "right")) / 2


def reach_auc(rng, outcome, marker, group, auc, tries=20_000):
    """Exchange outcomes between patients of one group until the AUC prints as wanted.

    Exchanges inside a group leave every table of group by outcome as it is.
    """
    target, outcome, ill = as_printed(auc), outcome.copy(), outcome.sum()
    pairs = float(ill * (outcome.size - ill))
    low, wanted, high = (float(x) * pairs for x in (target.low, target.value, target.high))
    # Concordant pairs are the rank sum of the ill, less a constant. Halves are exact.
    rank = below(np.sort(marker), marker)
    concordant = rank[outcome == 1].sum() - ill**2 / 2
    for _ in range(tries):
        if low <= concordant <= high:
            return outcome
        i, j = rng.integers(outcome.size, size=2)
        if group[i] != group[j] or outcome[i] == outcome[j]:
            continue
        new = concordant + (rank[j] - rank[i]) * (1 if outcome[i] else -1)
        if abs(new - wanted) <= abs(concordant - wanted):
            concordant = new
            outcome[[i, j]] = outcome[[j, i]]
    raise NotReached(f"AUC {auc} not reached: {concordant / pairs:.4f}")


def permute(rng, table, outcome, blocks, weights, cutoff, aim, changes, rounds):
    """Exchange values of a block of columns between patients of one outcome until an aim is met.

    Scores are weighted sums of columns, of a size of about 1 to 1e5. The statistics: patients
    without and with the outcome whose first score is at the cut-off or above, and the areas under
    the curve of all scores.

    By simulated annealing first: many random exchanges are worked out at once, and the first
    that the rule accepts is done. Then each time the best of many and of pairs of them.
    """
    search = _Exchanges(rng, table, outcome, blocks, weights, cutoff, aim)
    search.rounds = rounds
    search.anneal(changes // SINGLES)
    search.reach()
    return search.table


class _Exchanges(Search):
    """Patients, their scores, and what exchanges of values do to them."""

    patience = 30

    def __init__(self, rng, table, outcome, blocks, weights, cutoff, aim):
        super().__init__(rng, aim)
        self.table, self.outcome = table.copy(), outcome
        self.weights, self.cutoff = weights, cutoff
        self.member = np.zeros((len(blocks), table.shape[1]), dtype=bool)
        for block, columns in enumerate(blocks):
            self.member[block, columns] = True
        self.well, self.ill = (np.flatnonzero(outcome == c) for c in (0, 1))
        self.look()

    def _of(self, rows, outcome):
        """Return who is at the cut-off or above, by outcome, and the scores."""
        # Scores that are equal on paper must be tied.
        score = (rows[:, None, :] * self.weights).sum(axis=2).round(9)
        high = score[:, 0].round(2) >= self.cutoff
        return np.column_stack([high & (outcome == 0), high & (outcome == 1)]).astype(float), score

    def statistics(self):
        self.high, self.score = self._of(self.table, self.outcome)
        self.ordered = [np.sort(self.score[c], axis=0) for c in (self.well, self.ill)]
        both = zip(self.ordered[0].T, self.ordered[1].T, strict=True)
        self.concordant = np.array([below(*columns).sum() for columns in both])
        return self._values(np.zeros((1, 1)), np.zeros((1, 1)))

    def _values(self, high, concordant):
        """Return the statistics after changes of the counts and of the concordant pairs."""
        areas = (self.concordant + concordant) / (self.well.size * self.ill.size)
        high = np.broadcast_to(self.high.sum(axis=0) + high, (len(areas), 2))
        return np.column_stack([high, areas])

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
        """Return what exchanges of two patients each do to the counts and the concordant pairs."""
        rows = np.where(block[:, None], self.table[both[:, ::-1]], self.table[both])
        twice = self.outcome[both.ravel()]
        high, new = self._of(rows.reshape(-1, rows.shape[2]), twice)
        high, old = high - self.high[both.ravel()], self.score[both.ravel()]
        # Not anew, as in hccbook.accuracy: pairs are counted that an exchange turns.
        wins = np.empty_like(new)
        for k in range(new.shape[1]):
            # The ill win against those below them, the well lose against those above.
            for label, opposite in ((0, 1), (1, 0)):
                at, ordered = twice == label, self.ordered[opposite][:, k]
                gain = below(ordered, new[at, k]) - below(ordered, old[at, k])
                wins[at, k] = gain if label else -gain
        return (x.reshape(len(both), 2, -1).sum(axis=1) for x in (high, wins))

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
