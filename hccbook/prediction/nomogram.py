"""Nomograms: a model's coefficients as points, and points as a risk."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from .. import _checks

#: Ticks of the ruler of the risk, as far as they are in reach.
RISKS = np.array([0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99])
#: Points of the largest effect.
LARGEST = 100


@dataclass(frozen=True, eq=False)
class Nomogram:
    """A nomogram, made by :func:`nomogram`.

    ``axes`` has one row a tick of a predictor's axis: ``axis`` (the predictor), ``label``,
    ``value`` (number or level), ``effect`` (on the linear predictor) and ``points``; ``total``
    are the ticks of the total points; ``risks`` has the ticks of the ``risk`` at their total
    ``points``. ``coefficients`` are those given. The linear predictor is ``at_zero`` at a total of
    0 points, ``per_point`` that of one point; ``reach`` is the largest total a patient can have.
    """

    axes: object
    total: object
    risks: object
    coefficients: dict
    at_zero: float
    per_point: float
    reach: float

    def read(self, patients):
        """Read patients off the nomogram.

        ``patients``, a mapping or a frame, has the values of each predictor, numbers or arrays of
        shape (n,). The frame returned has one row a patient: the points on each axis, ``total``
        and ``risk``.
        """
        import pandas as pd

        points = []
        for name, rows in self.axes.groupby("axis", sort=False):
            try:
                values = np.atleast_1d(np.asarray(patients[name], dtype=object))
            except (KeyError, TypeError, IndexError):
                raise ValueError(f"patients: expected values of {name!r}, got none") from None
            points.append(self._points(name, rows, values))
        if len({part.size for part in points} - {1}) > 1:
            sizes = [part.size for part in points]
            raise ValueError(f"patients: expected columns of one length, got {sizes}")
        table = pd.DataFrame(
            dict(zip(self.coefficients, np.broadcast_arrays(*points), strict=True))
        )
        total = table.sum(axis=1)
        return table.assign(total=total, risk=self.risk(total.to_numpy()))

    def risk(self, total):
        """Return the risk at a total of points."""
        total = _checks.numbers("total", total)
        if np.isnan(total).any():
            raise ValueError("total: expected points, got nan")
        return expit(self.at_zero + self.per_point * total)

    def _points(self, name, rows, values):
        """Return the points of values on one axis."""
        coefficient = self.coefficients[name]
        if isinstance(coefficient, dict):
            _checks.labels(f"patients, {name}", values, list(coefficient))
            effect = np.array([coefficient[value] for value in values])
        else:
            values = _checks.vector(f"patients, {name}", values)
            low, high = rows["value"].iloc[[0, -1]]
            if (wrong := (values < low) | (values > high)).any():
                raise ValueError(
                    f"patients: expected {name!r} from {low:g} to {high:g}, the axis, "
                    f"got {values[wrong][0]:g}"
                )
            effect = coefficient * values
        return (effect - rows["effect"].min()) / self.per_point


def nomogram(coefficients, ticks, intercept=0.0):
    """Turn the coefficients of a logistic model into the axes of a nomogram.

    Parameters
    ----------
    coefficients : mapping of str to float or to mapping
        Of each predictor: the coefficient (log odds ratio) of one unit, or, for categories, the
        coefficient of each level, 0 for the reference.
    ticks : mapping of str to array_like of float
        Of each predictor that is not categorical: the ticks of its axis, ascending, from the
        smallest to the largest value that can be read off; see :func:`round_ticks`.
    intercept : float, default 0.0
        Intercept of the linear predictor.

    Returns
    -------
    Nomogram

    Notes
    -----
    As in ``rms::nomogram``, 100 points are the longest axis, from its smallest to its largest
    effect, ``coefficient × value``; each axis starts with 0 points at its smallest effect:
    ``points = 100 (effect - smallest) / longest``. The linear predictor is then
    ``intercept + Σ smallest + total points × longest / 100``. Reading each of k axes to the
    nearest point moves it by at most ``k × longest / 200``. Effects are straight lines without
    interactions; a bent one can be given as a category for each tick.

    Iasonos et al., J Clin Oncol 2008;26:1364.
    """
    import pandas as pd

    ticks, kept, rows = _checks.mapping("ticks", ticks), {}, []
    for name, coefficient in _checks.mapping("coefficients", coefficients).items():
        kept[name], axis = _axis(name, coefficient, ticks)
        rows += [(name, label, value, effect) for value, label, effect in axis]
    if not kept or {"total", "risk"} & set(kept):
        raise ValueError(
            f"coefficients: expected one or more, none named total or risk, got {list(kept)}"
        )
    intercept = _finite("intercept", intercept)
    axes = pd.DataFrame(rows, columns=["axis", "label", "value", "effect"])
    smallest, largest = (axes.groupby("axis", sort=False)["effect"].agg(f) for f in ("min", "max"))
    longest = float((largest - smallest).max())
    if not longest > 0:
        raise ValueError("coefficients: expected an effect that is not the same everywhere, got 0")
    per_point, at_zero = longest / LARGEST, intercept + float(smallest.sum())
    axes["points"] = (axes["effect"] - axes["axis"].map(smallest)) / per_point
    reach = float((largest - smallest).sum()) / per_point
    risks = pd.DataFrame({"risk": RISKS, "points": (logit(RISKS) - at_zero) / per_point})
    risks = risks[risks["points"].between(0, reach)].reset_index(drop=True)
    return Nomogram(axes, round_ticks(0, reach), risks, kept, at_zero, per_point, reach)


def round_ticks(low, high, most=10):
    """Return round numbers at equal distances that cover a range, in about ``most`` steps.

    They are multiples of 1, 2 or 5 times a power of ten; the first is at most ``low``, the last
    at least ``high``, up to rounding.

    Examples
    --------
    >>> round_ticks(0.67, 12.3).tolist()
    [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0]
    """
    from matplotlib.ticker import MaxNLocator

    low, high = _finite("low", low), _finite("high", high)
    most = _checks.whole("most", most, 2)
    if not low < high:
        raise ValueError(f"high: expected a number above low = {low:g}, got {high:g}")
    ticks = MaxNLocator(most, steps=[1, 2, 5, 10]).tick_values(low, high)
    return np.array([float(f"{tick:.12g}") for tick in ticks])  # 0.3, not 0.1 + 0.2


def _axis(name, coefficient, ticks):
    """Return the coefficient as it is kept, and value, label and effect of each tick."""
    if isinstance(coefficient, Mapping):
        if len(coefficient) < 2:
            raise ValueError(
                f"coefficients: expected two or more levels of {name!r}, got {list(coefficient)}"
            )
        levels = {x: _finite(f"coefficients, {name}, {x}", b) for x, b in coefficient.items()}
        return levels, [(level, str(level), effect) for level, effect in levels.items()]
    slope = _finite(f"coefficients, {name}", coefficient)
    if name not in ticks:
        raise ValueError(f"ticks: expected those of {name!r}, got none")
    values = _checks.vector(f"ticks, {name}", ticks[name])
    if values.size < 2 or not (np.diff(values) > 0).all():
        raise ValueError(
            f"ticks: expected two or more ascending values of {name!r}, got {values.tolist()}"
        )
    return slope, [(value, f"{value:zg}", slope * value) for value in values.tolist()]


def _finite(name, value):
    """Return a number as a float, or say what is wrong with it."""
    _checks.real(name, value)
    if math.isinf(value):
        raise ValueError(f"{name}: expected a finite number, got {value!r}")
    return float(value)
