"""Which values are tied: those that agree to twelve significant digits.

Two numbers that are equal on paper can differ in their last bit, by how they were computed and
on which processor: 0.1 + 0.2 and 0.3, or the risks that a model gives to two alike patients. All
rankings and all comparisons of times in this package take such values as equal, as R's
``survival`` does with times (``timefix``).
"""

import numpy as np

_AGREE = 1e-12  # relative
# Where values have both signs they may be sums that cancel: 0 on paper is then rounding of the
# largest one.
_CANCELLED = 4 * np.finfo(float).eps


def tied(first, second):
    """Say of numbers, element by element, whether they agree to twelve significant digits."""
    size = np.maximum(np.abs(first), np.abs(second))
    with np.errstate(invalid="ignore"):  # infinity minus infinity
        return (first == second) | (np.abs(first - second) < _AGREE * size)


def merge_ties(values):
    """Replace tied numbers of each row (last axis) by the smallest of them."""
    if not values.size:
        return values
    ordered = np.sort(values, axis=-1)
    gap = ordered[..., 1:] - ordered[..., :-1]
    most = (
        np.abs(ordered[..., [0, -1]]).max() if ordered.ndim > 1 else max(-ordered[0], ordered[-1])
    )
    if not np.count_nonzero((gap > 0) & (gap <= 2 * _AGREE * most)):  # fast, and mostly so
        return values
    size = np.abs(ordered)
    slack = _AGREE * np.maximum(size[..., 1:], size[..., :-1])
    ends = ordered[..., :1], ordered[..., -1:]
    slack += _CANCELLED * np.where(ends[0] * ends[1] < 0, np.maximum(-ends[0], ends[1]), 0.0)
    apart = gap > slack
    merged = values.copy()
    rows = zip(ordered.reshape(-1, values.shape[-1]), apart.reshape(-1, gap.shape[-1]), strict=True)
    for row, (line, new) in zip(merged.reshape(-1, values.shape[-1]), rows, strict=True):
        leader = np.maximum.accumulate(np.where(new, np.arange(1, line.size), 0))
        later = 1 + np.flatnonzero(line[leader] != line[1:])
        changed, smallest = line[later], line[leader[later - 1]]
        if later.size:  # mostly few, so looking each value up among them is fast
            place = np.minimum(np.searchsorted(changed, row), later.size - 1)
            row[:] = np.where(changed[place] == row, smallest[place], row)
    return merged
