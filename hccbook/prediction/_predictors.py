"""Checks of predictors that the models of this package share."""

from .. import _checks


def predictors(x, names=None):
    """Return predictors as a float array (patient, predictor), and the names of its columns.

    With ``names`` the columns of a model: a frame is asked for them by name, an array must
    have as many.
    """
    if hasattr(x, "columns") and names is not None:
        if missing := [name for name in names if name not in x.columns]:
            raise ValueError(f"x: expected the columns of the model, got no {missing[0]!r}")
        x = x[list(names)]
    table, found = _checks.matrix("x", x, _numbered)
    if not table.shape[1] and names != []:
        raise ValueError(f"x: expected rows of patients and columns, got shape {table.shape}")
    if names is not None and len(names) != len(found):
        raise ValueError(f"x: expected {len(names)} columns, got {len(found)}")
    found = [str(name) for name in names or found]
    if len(set(found)) < len(found):
        raise ValueError(f"x: expected columns with different names, got {found}")
    if "intercept" in found:
        raise ValueError("x: expected columns of other names than 'intercept', got one")
    return table, found


def predictors_and_outcome(x, y):
    """Return predictors, the names of their columns and the outcome; both classes must occur."""
    _checks.same_rows(x=x, y=y)
    y = _checks.vector("y", y, binary=True)
    x, names = predictors(x)
    if len(x) != y.size:
        raise ValueError(f"x: expected {y.size} rows, as many as y, got {len(x)}")
    _checks.both("y", y)
    return x, names, y


def _numbered(columns):
    return [f"x{number}" for number in range(1, columns + 1)]
