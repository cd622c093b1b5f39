"""Bounds on a Brier score: the mean squared difference of a prediction and an outcome of 0 or 1.

A low score needs predictions that sort the patients well, so that a printed AUC, or a printed
2×2 table of the same predictions, sets a floor (the score: Brier, 1950).
"""

from fractions import Fraction

from .. import _checks
from .check import Check
from .roc import _area, _table


def _pooled(events, others):
    """Return the least squared error of so many events predicted no higher than so many others.

    Some number c lies between the two predictions, so that the error is at least
    ``events (1 - c)² + others c²``, which is least at ``c = events / (events + others)``.
    """
    return events * others / (events + others) if events + others else 0


def _cells(table):
    try:
        cells = [table[name] for name in ("tp", "fp", "fn", "tn")]
    except (KeyError, TypeError, IndexError):
        raise ValueError(f"table: expected tp, fp, fn and tn, got {table!r}") from None
    try:
        return _table(*cells)
    except ValueError as error:
        raise ValueError(f"table, {error}") from None


def brier_bounds(brier, positives, negatives, auc=None, table=None):
    r"""Bound a Brier score by what else is printed about the same predictions.

    Parameters
    ----------
    brier : str
        The printed Brier score.
    positives, negatives : int
        Patients with and without the outcome.
    auc : str, optional
        The printed AUC of the same predictions in the same patients.
    table : mapping, optional
        Counts ``tp, fp, fn, tn`` at any cut-off of the same predictions; a row of
        :func:`tables` will do. May leave out some of the patients.

    Returns
    -------
    dict of str to Check
        ``"area"`` (with ``auc``): ``computed`` is the least Brier score at the printed AUC,
        ``lower`` the least at any AUC that prints so, ``upper`` is 1. ``contradicted`` if the
        printed score is below.
        ``"2×2 table"`` (with ``table``): the same for the table, where ``lower`` is the least
        score of the patients of the table. If m of n patients are missing from it, the bound
        for all n is ``(n - m) / n`` times that; the explanation gives it.
        ``"no information"``: ``computed`` is the score ``π (1 - π)`` of one prediction for
        all, their share ``π`` of positives. A larger score is possible, if worse than no
        model: the verdict is ``compatible``, and the explanation says which it is.

    Raises
    ------
    ValueError
        If ``brier`` or ``auc`` is not a printed number from 0 to 1, a class is not a whole
        number of at least 1, or ``table`` lacks a cell, has an empty class or has more
        patients than the two classes.

    Notes
    -----
    *2×2 table.* FN events are predicted below the cut-off c and FP others at or above it.
    Their squared error alone is at least ``FN (1 - c)² + FP c²``, hence at least
    ``FN·FP / (FN + FP)``. This needs no more than a cut-off of the predictions themselves, or
    of a score that rises with them.

    *Area.* A pair of an event and a non-event is discordant if the event is predicted lower;
    a tie is half of such a pair. Let M be the larger and m the smaller class. The
    ``D = (1 - AUC)·m·M`` discordant pairs cost a squared error of at least

    .. math:: \frac{k M}{k + M}, \quad k = \frac{D}{M} = (1 - \mathrm{AUC})\,m,

    as if k patients of the smaller class were sorted beyond all of the larger one. Proof:

    1. For a given order the squared error is least for isotonic regression: blocks of
       neighbours, each predicted by its own share q of events, falling from block to block
       (Barlow et al., 1972). A block of a events and b others costs ``ab / (a + b)``, and
       D is at most the sum of ``b a'`` over each block's b and the a' of its own or of a
       lower block. Counts need not be whole numbers from here on.
    2. Take two neighbours, ``q1 > q2`` of u and w patients, with y events in the upper and v
       others in the lower one. Exchange patients between them so that ``y v``, and with it
       this sum, stays the same. While y rises, the cost rises exactly while
       ``Q = q1 + q2 - 2ρ > 0``, ``ρ = y / (y + v)``. Where Q = 0, with ``δ = q1 - ρ > 0``, Q
       changes in proportion to ``-δ/u - δ/w - 4ρ(1 - ρ)/(y + v) < 0``. So the cost cannot
       fall first and then rise, and it is no more at one of the ends, where one block is
       left with one class only and costs nothing, or a block has the same q as a neighbour.
       Joined with it, the cost is the same and the sum no smaller.
    3. By repetition one block of both classes is left, ``D <= ab``. With a and b no larger
       than M, ``(M - a)(M - b) >= 0``, so that ``ab / (a + b) >= ab M / (M² + ab)``, which
       rises with ``ab``.

    The bound is reached, up to arbitrarily small differences of predictions, where k is a
    whole number. It exceeds ``(1 - AUC) π (1 - π)``, the bound from Cauchy and Schwarz.

    Examples
    --------
    >>> brier_bounds("0.10", 30, 70, auc="0.50")["area"].verdict
    'contradicted'
    """
    number = _area(brier, "brier")
    positives = _checks.whole("positives", positives, 1)
    negatives = _checks.whole("negatives", negatives, 1)
    n = positives + negatives

    def floor(computed, least, why):
        verdict = "contradicted" if number.high < least else "compatible"
        ends = float(computed), float(least), 1.0
        return Check("bounds on the Brier score", str(number), *ends, verdict, why)

    checks = {}
    if auc is not None:
        area = _area(auc)
        small, large = sorted((positives, negatives))
        computed, least = (
            _pooled((1 - x) * small, large) / n for x in (area.value, min(1, area.high))
        )
        checks["area"] = floor(
            computed,
            least,
            f"an AUC of {auc} in {positives} and {negatives} patients costs at least "
            f"{float(computed):z.5f} ({float(least):z.5f} with rounding)",
        )
    if table is not None:
        tp, fp, fn, tn = _cells(table)
        if (size := tp + fp + fn + tn) > n:
            raise ValueError(f"table: expected at most {n} patients, got {size}")
        error = _pooled(Fraction(fn), fp)
        checks["2×2 table"] = floor(
            error / size,
            error / size,
            f"{fn} false negatives and {fp} false positives among {size} cost at least "
            f"{float(error / size):z.5f} ({float(error / n):z.5f} among all {n})",
        )
    blind = Fraction(positives * negatives, n**2)
    side = "worse than" if number.low > blind else "better than" if number.high < blind else "like"
    checks["no information"] = Check(
        "bounds on the Brier score",
        str(number),
        float(blind),
        0.0,
        1.0,
        "compatible",
        f"one prediction for all, {positives / n:z.3f}, scores {float(blind):z.5f}: "
        f"{brier} is {side} that",
    )
    return checks
