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

#: Ticks of the risk axis, as far as they are in reach.
RISKS = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
#: Points of the largest effect.
LARGEST = 100


@dataclass(frozen=True, eq=False)
class Nomogram:
    """A nomogram, made by :func:`nomogram`.

    Attributes
    ----------
    axes : pandas.DataFrame
        One row a tick of a predictor's axis: ``axis`` (the predictor), ``label``, ``value``
        (number or level), ``effect`` (on the linear predictor) and ``points``.
    total : pandas.DataFrame
        Ticks of the axis of total points: ``points`` and ``linear_predictor``.
    risks : pandas.DataFrame
        Ticks of the risk axes: ``axis`` (``"risk"``, or the horizon), ``risk``,
        ``linear_predictor`` and ``points`` (total).
    coefficients : dict
        As given to :func:`nomogram`.
    survival : dict of str to float or None
        Baseline survival of each risk axis; ``None`` for a logistic model.
    at_zero : float
        Linear predictor at a total of 0 points.
    per_point : float
        Linear predictor of one point.
    """

    axes: object
    total: object
    risks: object
    coefficients: dict
    survival: dict
    at_zero: float
    per_point: float

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

        Raises
        ------
        ValueError
            If a predictor is missing, a number is outside its axis or a level not on it.
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
        """Return the risk at a total of points.

        Parameters
        ----------
        total : float or array_like of float
            Total points.
        axis : str, optional
            The risk axis; needed only if there are several.

        Returns
        -------
        float or ndarray

        Raises
        ------
        ValueError
            If there is no such axis, or ``axis`` is needed and not given.
        """
        base, total = self._baseline(axis), _checks.numbers("total", total)
        if np.isnan(total).any():
            raise ValueError("total: expected points, got nan")
        return _risk(self.at_zero + self.per_point * total, base)

    def total_of(self, risk, axis=None):
        """Return the total points at a risk, the inverse of :meth:`risk`.

        Parameters
        ----------
        risk : float or array_like of float
            Above 0 and below 1.
        axis : str, optional
            The risk axis; needed only if there are several.

        Returns
        -------
        float or ndarray
            May be below 0 or above what any patient reaches.

        Raises
        ------
        ValueError
            As :meth:`risk`; if a risk is not above 0 and below 1.
        """
        base, risk = self._baseline(axis), _checks.numbers("risk", risk)
        if not ((risk > 0) & (risk < 1)).all():
            raise ValueError(f"risk: expected numbers above 0 and below 1, got {risk}")
        return (_linear(risk, base) - self.at_zero) / self.per_point

    def _baseline(self, axis):
        """Return the baseline survival of a risk axis."""
        names = list(self.survival)
        if axis is None and len(names) == 1:
            return self.survival[names[0]]
        _checks.one_of("axis", axis, names)
        return self.survival[axis]

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


def nomogram(coefficients, ticks, intercept=0.0, survival=None, risks=RISKS):
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
    risks : array_like of float, default :data:`RISKS`
        Ticks of the risk axes, above 0 and below 1; those out of reach are left out.

    Returns
    -------
    Nomogram

    Raises
    ------
    ValueError
        If a mapping is empty or not one, a number is not finite, a predictor has no ticks (or
        ticks but no coefficient) or the name of a result of :meth:`Nomogram.read`, ticks do not
        ascend, all effects are 0, or ``survival`` or ``risks`` is not above 0 and below 1.

    Notes
    -----
    With the effect ``coefficient × value`` of each tick, 100 points are the longest axis, from
    its smallest to its largest effect; each axis starts with 0 points at its smallest effect:
    ``points = 100 (effect - smallest) / longest``, as in ``rms::nomogram``. Then

        linear predictor = intercept + Σ smallest + total points × longest / 100,

    and the risk is ``1 / (1 + exp(-linear predictor))``, or, in a Cox model,
    ``1 - survival ** exp(linear predictor)``. Reading each of k axes to the nearest point moves
    the linear predictor by at most ``k × longest / 200``.

    lifelines centres the predictors: its ``baseline_survival_`` is that of a patient with the
    mean of each, so that ``intercept`` is then minus the sum of coefficient times mean.

    Effects are straight lines. A bent one can be given as a category for each tick; there are
    no interactions.

    References
    ----------
    Iasonos et al., J Clin Oncol 2008;26:1364. Harrell, Regression Modeling Strategies, 2nd ed.
    (2015), section 5.3.

    Examples
    --------
    >>> coefficients = {"NLR": 0.5, "AFP": {"low": 0, "high": 1.0}}
    >>> sheet = nomogram(coefficients, {"NLR": [1, 3, 5]}, intercept=-2.0)
    >>> sheet.axes["points"].tolist()
    [0.0, 50.0, 100.0, 0.0, 50.0]
    >>> sheet.read({"NLR": 3, "AFP": "high"})[["total", "risk"]].round(3).to_numpy().tolist()
    [[100.0, 0.622]]
    """
    import pandas as pd

    rows, kept = [], {}
    ticks = _mapping("ticks", ticks)
    for name, coefficient in _mapping("coefficients", coefficients, 1).items():
        kept[name], values = _axis(name, coefficient, ticks)
        for value, label, effect in values:
            rows.append({"axis": name, "label": label, "value": value, "effect": effect})
    survival = _survival(survival)
    if taken := set(kept) & {"total", "linear_predictor", *survival}:
        raise ValueError(f"coefficients: expected other names, got {sorted(taken)}")
    if unknown := [name for name in ticks if name not in kept or isinstance(kept[name], dict)]:
        raise ValueError(f"ticks: expected those of predictors with one coefficient, got {unknown}")
    intercept = _finite("intercept", intercept)
    risks = np.unique(_checks.vector("risks", risks))
    if risks[0] <= 0 or risks[-1] >= 1:
        raise ValueError(f"risks: expected numbers above 0 and below 1, got {risks}")
    axes = pd.DataFrame(rows)
    effects = axes.groupby("axis", sort=False)["effect"].agg(["min", "max"])
    longest = float((effects["max"] - effects["min"]).max())
    if not longest > 0:
        raise ValueError("coefficients: expected an effect that is not the same everywhere, got 0")
    per_point, at_zero = longest / LARGEST, intercept + float(effects["min"].sum())
    axes["points"] = (axes["effect"] - axes["axis"].map(effects["min"])) / per_point
    reach = float((effects["max"] - effects["min"]).sum()) / per_point
    total = round_ticks(0, reach)
    marks = []
    for name, base in survival.items():
        linear = _linear(risks, base)
        points = (linear - at_zero) / per_point
        marks.append(
            pd.DataFrame(
                {"axis": name, "risk": risks, "linear_predictor": linear, "points": points}
            )[(points >= 0) & (points <= reach)]
        )
    return Nomogram(
        axes=axes,
        total=pd.DataFrame({"points": total, "linear_predictor": at_zero + per_point * total}),
        risks=pd.concat(marks, ignore_index=True),
        coefficients=kept,
        survival=survival,
        at_zero=at_zero,
        per_point=per_point,
    )


def round_ticks(low, high, most=10):
    """Return round numbers at equal distances that cover a range.

    Parameters
    ----------
    low, high : float
        The range.
    most : int, default 10
        Number of steps at most.

    Returns
    -------
    ndarray of float
        Multiples of 1, 2 or 5 times a power of ten, the smallest that will do; the first is at
        most ``low``, the last at least ``high``.

    Raises
    ------
    ValueError
        If ``low`` or ``high`` is not finite, ``high`` not above ``low``, or ``most`` not a whole
        number of at least 2.

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
    survival = {
        str(name): _finite("survival", value)
        for name, value in _mapping("survival", survival, 1).items()
    }
    for value in survival.values():
        if not 0 < value < 1:
            raise ValueError(f"survival: expected numbers above 0 and below 1, got {value:g}")
    return survival


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


def _mapping(name, values, smallest=0):
    """Return a mapping as a dict, or say what is wrong with it."""
    try:
        values = dict(values)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: expected a mapping by name, got {values!r}") from None
    if len(values) < smallest:
        raise ValueError(f"{name}: expected {smallest} or more, got none")
    return values
