"""Printed numbers for the tests of hccbook.audit: how they are drawn, and what they can be."""

import json
from pathlib import Path

import numpy as np
from hypothesis import settings
from scipy.stats import norm

from hccbook import reported
from hccbook.estimate import Printed

SAME = 1e-12  # the same formula, written in another way
SLACK = 1e-9  # relative; the ends of a box are fractions, the formula works on floats
Z95 = norm.ppf(0.975)
REFERENCE = Path(__file__).parents[1] / "data" / "reference"

properties = settings(deadline=None, derandomize=True)


def reference(name):
    """Return R's numbers."""
    return json.loads((REFERENCE / f"{name}.json").read_text(encoding="utf-8"))


def text(value, decimals):
    return f"{float(value):.{decimals}f}"


def tight(value):
    """Print a number so finely that its rounding does not count."""
    return f"{value:.14f}" if value > 1e-2 else f"{value:.25f}"


def tipm(id, field="printed"):
    return reported.text(f"tipm.{id}", field)


def magnesium(id, field="printed"):
    return reported.text(f"magnesium.{id}", field)


def il6(id, field="printed"):
    return reported.text(f"il6-sii.{id}", field)


def box(printed, smallest=-np.inf):
    """Return the smallest and the largest number that prints so."""
    number = Printed(printed)
    return max(smallest, float(number.low)), float(number.high)
