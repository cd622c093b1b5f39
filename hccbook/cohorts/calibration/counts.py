"""Exact counts: they come first, and nothing later changes them."""

import numpy as np


def outcome_in_groups(rng, group, events):
    """Allot an outcome to exact counts in each group."""
    outcome = np.zeros(group.size, dtype=int)
    for label, count in enumerate(events):
        members = np.flatnonzero(group == label)
        if not 0 <= count <= members.size:
            raise ValueError(f"events: expected 0 to {members.size} in group {label}, got {count}")
        outcome[rng.permutation(members)[:count]] = 1
    return outcome
