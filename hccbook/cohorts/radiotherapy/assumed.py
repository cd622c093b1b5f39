"""What no public number fixes.

Chosen to look like series of advanced HCC; whatever depends on it is an illustration, not a
replication.
"""

from .. import calibration as cal

#: A month of 365.25 / 12 days; the printed decimals do not tell it from other definitions.
DAYS_PER_MONTH = 365.25 / 12

#: What no public number fixes.
ASSUMED = cal.Assumptions("radiotherapy")

#: Limits of what a patient can have, both allowed.
PLAUSIBLE = {
    "age": (25, 85),
    "dose_gy": (30, 66),
    "fractions": (5, 33),
    "radiotherapy_start": (0, 60),
    "radiotherapy_end": (4, 110),
    "ici_start": (0, 80),
    "ici_cycles": (1, 120),
    "baseline_mm": (20, 220),
    "best_mm": (0, 400),
    "best_change": (-100, 100),
    "response_day": (28, 300),
    "pfs_days": (28, 2500),
    "os_days": (42, 2500),
}
