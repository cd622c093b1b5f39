"""Nomograms: a model's coefficients as points, and points as a risk.

The numbers of the figure only; what draws it needs no model.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import numpy as np
from scipy.special import expit, logit

from .. import _checks

# Ticks of the risk axis, as far as they are in reach.
_RISKS = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
_LARGEST = 100  # points of the largest effect


@dataclass(frozen=True, eq=False)
class Nomogram:
    """A nomogram, made by :func:`nomogram`.

    ``axes`` has one row a tick of a predictor's axis: ``axis`` (the predictor), ``label``,
    ``value`` (number or level), ``effect`` (on the linear predictor) and ``points``; ``total``
    the ticks of the total ``points``, with the ``linear_predictor``; ``risks`` those of the risk
    axes: ``axis`` (``"risk"``, or the horizon), ``risk``, ``linear_predictor`` and ``points``
    (total). ``coefficients`` are those given; ``survival`` is the baseline survival of each risk
    axis, ``None`` for a logistic model. The linear predictor is ``at_zero`` at a total of 0
    points, ``per_point`` that of one point; ``reach`` is the largest total a patient can have.
    """

    axes: object
    total: object
    risks: object
    coefficients: dict
    survival: dict
    at_zero: float
    per_point: float
    reach: float

    def read(self, patients):
        """Read patients off the nomogram.

        Parameters
        ----------
        patients : mapping or pandas.DataFrame
            Values of each predictor: numbers or arrays of shape (n,), on the axes.

        Returns
        -------
        pandas.DataFrame
            One row a patient: the points on each axis (column ``axis`` of each predictor),
            ``total``, ``linear_predictor`` and the risk, one column for each risk axis.
        """
        import pandas as pd

        points = {}
        for name, rows in self.axes.groupby("axis", sort=False):
            try:
                values = np.atleast_1d(np.asarray(patients[name], dtype=object))
            except (KeyError, TypeError, IndexError):
                raise ValueError(f"patients: expected values of {name!r}, got none") from None
            if values.ndim != 1 or not values.size:
                raise ValueError(
                    f"patients: expected one or more values of {name!r}, got shape {values.shape}"
                )
            points[name] = self._points(name, rows, values)
        sizes = {values.size for values in points.values()}
        if len(sizes - {1}) > 1:
            raise ValueError(f"patients: expected columns of one length, got {sorted(sizes)}")
        table = pd.DataFrame(dict(zip(points, np.broadcast_arrays(*points.values()), strict=True)))
        total = table.sum(axis=1).to_numpy()
        linear = self.at_zero + self.per_point * total
        risks = {name: _risk(linear, base) for name, base in self.survival.items()}
        return table.assign(total=total, linear_predictor=linear, **risks)

    def risk(self, total, axis=None):
        """Return the risk at a total of points; of several risk axes one must be named."""
        names = list(self.survival)
        axis = names[0] if axis is None and len(names) == 1 else axis
        _checks.one_of("axis", axis, names)
        total = _checks.numbers("total", total)
        if np.isnan(total).any():
            raise ValueError("total: expected points, got nan")
        return _risk(self.at_zero + self.per_point * total, self.survival[axis])

    def _points(self, name, rows, values):
        """Return the points of values on one axis."""
        coefficient, lowest = self.coefficients[name], rows["effect"].min()
        if isinstance(coefficient, dict):
            for value in values:
                if value not in coefficient:
                    raise ValueError(
                        f"patients: expected a level of {name!r} among {list(coefficient)}, "
                        f"got {value!r}"
                    )
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
        return (effect - lowest) / self.per_point


def nomogram(coefficients, ticks, intercept=0.0, survival=None, risks=_RISKS):
    """Turn the coefficients of a logistic or Cox model into the axes of a nomogram.

    Parameters
    ----------
    coefficients : mapping of str to float or to mapping
        Of each predictor: the coefficient (log odds ratio or log hazard ratio) of one unit, or,
        for categories, the coefficient of each level, 0 for the reference.
    ticks : mapping of str to array_like of float
        Of each predictor that is not categorical: the ticks of its axis, ascending, from the
        smallest to the largest value that can be read off; see :func:`round_ticks`.
    intercept : float, default 0.0
        Intercept of the linear predictor.
    survival : float or mapping of str to float, optional
        For a Cox model: the survival of a patient with linear predictor 0 at the time of the
        prediction, or at each of several times by its name. Not given: a logistic model.
    risks : array_like of float, default 0.01, 0.05, 0.1, 0.2, ..., 0.9, 0.95, 0.99
        Ticks of the risk axes, above 0 and below 1; those out of reach are left out.

    Returns
    -------
    Nomogram

    Notes
    -----
    As in ``rms::nomogram``, 100 points are the longest axis, from its smallest to its largest
    effect, ``coefficient × value``; each axis starts with 0 points at its smallest effect:
    ``points = 100 (effect - smallest) / longest``. Then

        linear predictor = intercept + Σ smallest + total points × longest / 100,

    and the risk is ``1 / (1 + exp(-linear predictor))``, or, in a Cox model,
    ``1 - survival ** exp(linear predictor)``. Reading each of k axes to the nearest point moves
    the linear predictor by at most ``k × longest / 200``.

    lifelines centres the predictors: its ``baseline_survival_`` is that of a patient with the
    mean of each, so that ``intercept`` is then minus the sum of coefficient times mean. Effects
    are straight lines without interactions; a bent one can be given as a category for each tick.

    References
    ----------
    Iasonos et al., J Clin Oncol 2008;26:1364.
    """
    import pandas as pd

    rows, kept = [], {}
    ticks = _checks.mapping("ticks", ticks)
    for name, coefficient in _checks.mapping("coefficients", coefficients).items():
        kept[name], values = _axis(name, coefficient, ticks)
        rows += [(name, label, value, effect) for value, label, effect in values]
    if not kept:
        raise ValueError("coefficients: expected one or more, got none")
    survival = _survival(survival)
    if taken := set(kept) & {"total", "linear_predictor", *survival}:
        raise ValueError(f"coefficients: expected other names, got {sorted(taken)}")
    if unknown := [name for name in ticks if name not in kept or isinstance(kept[name], dict)]:
        raise ValueError(f"ticks: expected those of predictors with one coefficient, got {unknown}")
    intercept, risks = _finite("intercept", intercept), np.unique(_shares("risks", risks))
    axes = pd.DataFrame(rows, columns=["axis", "label", "value", "effect"])
    smallest, largest = (axes.groupby("axis", sort=False)["effect"].agg(f) for f in ("min", "max"))
    longest = float((largest - smallest).max())
    if not longest > 0:
        raise ValueError("coefficients: expected an effect that is not the same everywhere, got 0")
    per_point, at_zero = longest / _LARGEST, intercept + float(smallest.sum())
    axes["points"] = (axes["effect"] - axes["axis"].map(smallest)) / per_point
    reach = float((largest - smallest).sum()) / per_point
    total = round_ticks(0, reach)
    marks = []
    for name, base in survival.items():
        linear = _linear(risks, base)
        mark = {"axis": name, "risk": risks, "linear_predictor": linear}
        marks.append(pd.DataFrame(mark | {"points": (linear - at_zero) / per_point}))
    marks = pd.concat(marks, ignore_index=True)
    return Nomogram(
        axes=axes,
        total=pd.DataFrame({"points": total, "linear_predictor": at_zero + per_point * total}),
        risks=marks[marks["points"].between(0, reach)].reset_index(drop=True),
        coefficients=kept,
        survival=survival,
        at_zero=at_zero,
        per_point=per_point,
        reach=reach,
    )


def round_ticks(low, high, most=10):
    """Return round numbers at equal distances that cover a range, in ``most`` steps at most.

    They are multiples of 1, 2 or 5 times a power of ten, the smallest that will do; the first is
    at most ``low``, the last at least ``high``.

    Examples
    --------
    >>> round_ticks(0.67, 12.3).tolist()
    [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0]
    """
    low, high = _finite("low", low), _finite("high", high)
    most = _checks.whole("most", most, 2)
    if not low < high:
        raise ValueError(f"high: expected a number above low = {low:g}, got {high:g}")
    # In decimals, so that 0.3 is a multiple of 0.1.
    low, high = Decimal(repr(low)), Decimal(repr(high))
    power = ((high - low) / most).adjusted()
    for step in (Decimal(digit).scaleb(power) for digit in (1, 2, 5, 10, 20, 50)):
        first = (low / step).to_integral_value(ROUND_FLOOR)
        last = (high / step).to_integral_value(ROUND_CEILING)
        if last - first <= most:
            break
    return np.array([float(k * step) for k in range(int(first), int(last) + 1)])


def _axis(name, coefficient, ticks):
    """Return the coefficient as it is kept, and value, label and effect of each tick."""
    if isinstance(coefficient, Mapping):
        if len(coefficient) < 2:
            raise ValueError(
                f"coefficients: expected two or more levels of {name!r}, got {list(coefficient)}"
            )
        levels = {
            level: _finite(f"coefficients, {name}, {level}", effect)
            for level, effect in coefficient.items()
        }
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


def _survival(survival):
    """Return the baseline survival of each risk axis by its name, None for a logistic model."""
    if survival is None:
        return {"risk": None}
    if not isinstance(survival, Mapping):
        survival = {"risk": survival}
    values = _shares("survival", list(survival.values())).tolist()
    return dict(zip(map(str, survival), values, strict=True))


def _shares(name, values):
    """Return numbers above 0 and below 1, or say what is wrong with them."""
    values = _checks.vector(name, values)
    if values.min() <= 0 or values.max() >= 1:
        raise ValueError(f"{name}: expected numbers above 0 and below 1, got {values}")
    return values


def _risk(linear, survival):
    """Risk at a linear predictor."""
    if survival is None:
        return expit(linear)
    with np.errstate(over="ignore"):  # a risk of 1
        return -np.expm1(math.log(survival) * np.exp(linear))


def _linear(risk, survival):
    """Linear predictor at a risk."""
    return logit(risk) if survival is None else np.log(np.log1p(-risk) / math.log(survival))


def _finite(name, value):
    """Return a number as a float, or say what is wrong with it."""
    _checks.real(name, value)
    if math.isinf(value):
        raise ValueError(f"{name}: expected a finite number, got {value!r}")
    return float(value)
