"""What no public number fixes.

Chosen to look like series of advanced HCC; whatever depends on it is an illustration, not a
replication.
"""

#: A month of 365.25 / 12 days; the printed decimals do not tell it from other definitions.
DAYS_PER_MONTH = 365.25 / 12

#: What no public number fixes.
ASSUMED = {
    "age": {"mean": 57, "sd": 10, "youngest": 25, "oldest": 85},
    "prevalence": {"male": 0.87, "hbv": 0.81, "child_pugh_b": 0.15, "afp_400": 0.45},
    # Patients without metastasis are recurrent; of the others a share.
    "recurrent": 0.3,
    # Inclusion grows with a power of time, as the drugs came into use.
    "accrual_power": 2.2,
    # Lost to follow-up; the others are last seen up to so many days before the data end.
    "lost": 0.12,
    "last_contact_days": 30,
    # Gy in fractions; beside them regimens with the printed median dose.
    "regimens": [
        *((30, 10), (40, 5), (40, 16), (45, 15), (48, 16), (50, 5), (50, 20), (50, 25)),
        *((54, 27), (56, 28), (60, 24), (60, 30), (64, 32), (66, 33)),
    ],
    "at_median_gy_per_fraction": (2.2, 2.5),
    "sequence": {"concurrent": 0.6, "radiotherapy first": 0.2, "ICI first": 0.2},
    # Criteria are not printed: a response is a sum of diameters of at most 70 % of the first,
    # as in RECIST 1.1. Shares of complete response and of progression as the best response.
    "complete": 0.11,
    "progressive": 0.09,
    "baseline_mm": {"median": 75, "log_sd": 0.5, "smallest": 20, "largest": 220},
    # First scan after both treatments began and radiotherapy ended, then one every 8 weeks.
    "scan_days": {"first": (28, 49), "interval": 56, "jitter": 7},
    "response_at_scan": (0.70, 0.22, 0.08),
    # Log hazard ratios of progression and death; log odds ratios, roughly, of a response.
    "log_hr": {"pvtt": 0.35, "metastasis": 0.3, "child_pugh_b": 0.5, "afp_400": 0.25},
    "log_odds": {"pvtt": -0.3, "metastasis": -0.2, "child_pugh_b": -0.3, "afp_400": -0.2},
    # Weibull scales in days, of a complete or partial response and of the rest, before the
    # medians are set: the first by that of PFS, the second by that of OS.
    "progression": {"CR": 1000, "PR": 480, "scale": 260, "shape": 1.2},
    "after_progression": {"scale": 330, "shape": 1.1},
    "other_death": {"scale": 3500, "shape": 1.1},
    # Shares of patients with an event of any grade, and of grade 3 or more. The printed rate of
    # thrombocytopenia is read as that of grade 3 or more.
    "adverse": {
        "dermatitis": (0.43, 0.037),
        "thrombocytopenia": (0.34, 0),
        "fatigue": (0.32, 0.028),
        "liver_enzymes": (0.30, 0.065),
        "nausea": (0.26, 0.019),
        "leukopenia": (0.24, 0.056),
        "hypothyroidism": (0.11, 0),
        "pneumonitis": (0.06, 0.019),
    },
    "grade_1_or_2": (0.55, 0.45),
    "grade_4": 0.15,
    # Of patients with an event of grade 3 or more, those whose ICI ends for it.
    "stops_for_toxicity": 0.4,
}

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
