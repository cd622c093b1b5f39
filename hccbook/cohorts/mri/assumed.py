"""What no public number fixes. Whatever depends on it is an illustration, not a replication."""

#: The model's three predictors, as columns of a cohort.
PREDICTORS = ("t2_sir_week8", "adc_mean_week8", "nlr")

#: A month, in days.
DAYS_PER_MONTH = 365.25 / 12

ASSUMED = {
    # The event is progression. A tumour that lives on stays bright on T2 and hinders diffusion;
    # inflammation goes with progression. So: a higher T2 SIR, a lower ADC and a higher NLR are
    # the worse ones. The abstract says neither the event nor the directions.
    #
    # T2 SIR: signal of the tumour over that of the liver around it; ADC in 10⁻³ mm²/s. ``effect``:
    # distance of the classes in deviations, anew for each cohort, as is what follows.
    "predictors": {
        "t2_sir_week8": {
            "sign": 1,
            "middle": 1.85,
            "deviation": 0.42,
            "log": None,
            "resolution": 0.01,
            "range": (0.9, 4.0),
            "effect": (0.2, 1.0),
        },
        "adc_mean_week8": {
            "sign": -1,
            "middle": 1.28,
            "deviation": 0.22,
            "log": None,
            "resolution": 0.001,
            "range": (0.6, 2.4),
            "effect": (0.2, 1.0),
        },
        "nlr": {
            "sign": 1,
            "middle": 3.1,
            "deviation": 1.7,
            "median": 2.7,
            "log": 0.5,
            "resolution": 0.01,
            "range": (0.8, 12.0),
            "effect": (0.2, 0.8),
        },
    },
    # How the three go together within the classes, where higher means worse: correlation of ADC
    # and T2 SIR (free water raises both, one for the better and one for the worse), and weights
    # of the two in NLR.
    "dependence": {"t2_adc": (-0.6, 0.2), "t2_nlr": (-0.5, 0.2), "adc_nlr": (-0.5, 0.2)},
    # Spread of a predictor in the progression group over that in the other one.
    "spread": (2 / 3, 3 / 2),
    # The noise of the other candidates differs between the classes by less than this, in standard
    # deviations: the paper kept three variables and none of the others.
    "noise": 0.25,
    # High risk: the combined model's linear predictor above its median.
    #
    # Response by mRECIST at the last scan under treatment: the paper names neither, and the two
    # medians of PFS leave no room for so many progressions by week 8. Patients with disease
    # control by their category, share of progressions by a new lesion.
    "disease_control": {"CR": 2, "PR": 12},
    "new_lesion": 0.4,
    # Weeks from scan to scan, all of them on time; the least and the most scans before the
    # response of patients with disease control.
    "scan_weeks": 8,
    "response_scans": (2, 6),
    # PFS counts from the start of treatment, and nobody dies without progression. Patients of the
    # progression group progress, those with disease control progress later or leave before.
    # Progression as Weibull times in days (shape, scale, added days); the linear predictor
    # lengthens or shortens them by this factor per unit. Follow-up without progression ends
    # anywhere in the window.
    "progression_days": {"progression": (2.5, 175, 0), "control": (0.9, 260, 112)},
    "haste": 0.8,
    "follow_up_days": (170, 1000),
    "earliest_day": 28,
    "latest_day": {"progression": 447, "control": 1300},
}
