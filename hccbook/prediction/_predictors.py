"""Checks of predictors that the models of this package share."""

import numpy as np

from .. import _checks


def predictors(x, names=None):
    """Return predictors as a float array (patient, predictor), and the names of its columns.

    With ``names`` the columns of a model: a frame is asked for them by name, an array must
    have as many.
    """
    framed = hasattr(x, "columns")
    if framed and names is not None:
        if missing := [name for name in names if name not in x.columns]:
            raise ValueError(f"x: expected the columns of the model, got no {missing[0]!r}")
        x = x[list(names)]
    table = np.asarray(x)
    table = table[:, None] if table.ndim == 1 else table
    if table.ndim != 2 or not len(table) or not (table.shape[1] or names == []):
        raise ValueError(f"x: expected rows of patients and columns, got shape {table.shape}")
    found = [str(name) for name in x.columns] if framed else _numbered(table.shape[1])
    if names is not None and not framed:
        if table.shape[1] != len(names):
            raise ValueError(f"x: expected {len(names)} columns, got {table.shape[1]}")
        found = list(names)
    if len(set(found)) < len(found):
        raise ValueError(f"x: expected columns with different names, got {found}")
    if "intercept" in found:
        raise ValueError("x: expected columns of other names than 'intercept', got one")
    columns = [
        _checks.vector(f"x[{name!r}]", column) for name, column in zip(found, table.T, strict=True)
    ]
    return np.reshape(columns, (len(found), len(table))).T.copy(), found


def predictors_and_outcome(x, y):
    """Return predictors, the names of their columns and the outcome; both classes must occur."""
    y = _checks.vector("y", y, binary=True)
    x, names = predictors(x)
    if len(x) != y.size:
        raise ValueError(f"x: expected {y.size} rows, as many as y, got {len(x)}")
    if y.min() == y.max():
        raise ValueError(f"y: expected both classes 0 and 1, got only {y[0]:g}")
    return x, names, y


def _numbered(columns):
    return [f"x{number}" for number in range(1, columns + 1)]
