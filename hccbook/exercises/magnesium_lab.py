"""Exercises of the magnesium lab: cut-offs, medians and hazard ratios."""

from .exercise import exercise


@exercise(
    "magnesium-lab.1",
    tolerance=0.02,
    praise="In new patients a useless marker is a coin, wherever it is cut.",
    hint="What are sensitivity and specificity of a coin that says yes with probability q?",
)
def youden_in_new_patients(apparent):
    """Return J of a useless marker."""
    return 0.0, {
        "That is J in the patients who chose the cut-off."
        " New patients did not choose it.": apparent,
        "Taking some of it away is a guess. What can a useless marker know about a patient"
        " it never saw?": apparent / 2,
        "0.5 is the AUC of a useless marker. J = sensitivity + specificity - 1.": 0.5,
    }


@exercise(
    "magnesium-lab.2",
    tolerance=0.005,
    praise="Among Weibull curves the ratio of medians is the hazard ratio only for shape 1.",
    hint="Write S(t) = exp(-(t/scale)^shape), put S = 1/2 for both groups, divide the hazards.",
)
def hazard_ratio_from_medians(median_high, median_low, shape):
    """Return the hazard ratio of two Weibull curves with one shape."""
    ratio = median_low / median_high
    return ratio**shape, {
        "That is the ratio of medians: right for a shape of 1. Which shape is given here?": ratio,
        "Check the direction: the group with the longer median has the lower hazard.": (
            ratio**-shape
        ),
        "Two things: the longer median goes with the lower hazard, and the shape is not 1.": (
            1 / ratio
        ),
        "The shape is an exponent of time, not a factor.": shape * ratio,
        "You took the root. Which of time and hazard carries the exponent?": ratio ** (1 / shape),
        "Right in per cent; give the ratio itself.": 100 * ratio**shape,
    }


@exercise(
    "magnesium-lab.3",
    tolerance=0.0005,
    praise="Another cut-off, another sensitivity: it is a property of the test and its cut.",
    hint="Among patients with disease control, what share has magnesium at or above 0.80?",
)
def sensitivity_in_own_cohort(seed):
    """Return the sensitivity at 0.80 mmol/L."""
    from .. import cohorts

    patients = cohorts.load("magnesium", "derivation", seed, reading="medians")
    positive, controlled = patients["magnesium"] >= 0.80, patients["disease_control"] == 1
    above = patients["magnesium"] > 0.80
    sensitivity = positive[controlled].mean()
    return sensitivity, {
        "That is the specificity. Sensitivity looks at patients with disease control only.": (
            1 - positive[~controlled].mean()
        ),
        "You divided by the patients above the cut-off. Sensitivity divides by the patients"
        " with disease control.": controlled[positive].mean(),
        "Patients exactly at the cut-off count as high: use >=.": above[controlled].mean(),
        "Right in per cent; give it as a share between 0 and 1.": 100 * sensitivity,
    }
