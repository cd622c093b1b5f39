"""Exercises of the magnesium lab: cut-offs, medians and hazard ratios."""

from .exercise import Exercise


def _shares(seed):
    """Return sensitivity, specificity, and positive predictive value at 0.80 mmol/L."""
    from .. import cohorts

    patients = cohorts.load("magnesium", "derivation", seed, reading="medians")
    positive, controlled = patients["magnesium"] >= 0.80, patients["disease_control"] == 1
    above = patients["magnesium"] > 0.80
    return {
        "sensitivity": (positive & controlled).sum() / controlled.sum(),
        "specificity": (~positive & ~controlled).sum() / (~controlled).sum(),
        "ppv": (positive & controlled).sum() / positive.sum(),
        "strict": (above & controlled).sum() / controlled.sum(),
    }


EXERCISES = {
    "magnesium-lab.1": Exercise(
        answer=lambda apparent: 0.0,
        tolerance=0.02,
        praise="In new patients a useless marker is a coin, wherever it is cut.",
        mistakes=(
            (
                lambda apparent: apparent,
                "That is J in the patients who chose the cut-off. New patients did not choose it.",
            ),
            (
                lambda apparent: apparent / 2,
                "Taking some of it away is a guess. What can a useless marker know about a patient"
                " it never saw?",
            ),
            (
                lambda apparent: 0.5,
                "0.5 is the AUC of a useless marker. J = sensitivity + specificity - 1.",
            ),
        ),
        hint="What are sensitivity and specificity of a coin that says yes with probability q?",
    ),
    "magnesium-lab.2": Exercise(
        answer=lambda median_high, median_low, shape: (median_low / median_high) ** shape,
        tolerance=0.005,
        praise="Among Weibull curves the ratio of medians is the hazard ratio only for shape 1.",
        mistakes=(
            (
                lambda median_high, median_low, shape: median_low / median_high,
                "That is the ratio of medians: right for a shape of 1. Which shape is given here?",
            ),
            (
                lambda median_high, median_low, shape: (median_high / median_low) ** shape,
                "Check the direction: the group with the longer median has the lower hazard.",
            ),
            (
                lambda median_high, median_low, shape: median_high / median_low,
                "Two things: the longer median goes with the lower hazard, and the shape is not 1.",
            ),
            (
                lambda median_high, median_low, shape: shape * median_low / median_high,
                "The shape is an exponent of time, not a factor.",
            ),
            (
                lambda median_high, median_low, shape: (median_low / median_high) ** (1 / shape),
                "You took the root. Which of time and hazard carries the exponent?",
            ),
            (
                lambda median_high, median_low, shape: 100 * (median_low / median_high) ** shape,
                "Right in per cent; give the ratio itself.",
            ),
        ),
        hint="Write S(t) = exp(-(t/scale)^shape), put S = 1/2 for both groups, divide the hazards.",
    ),
    "magnesium-lab.3": Exercise(
        answer=lambda seed: _shares(seed)["sensitivity"],
        tolerance=0.0005,
        praise="Another cut-off, another sensitivity: it is a property of the test and its cut.",
        mistakes=(
            (
                lambda seed: _shares(seed)["specificity"],
                "That is the specificity. Sensitivity looks at patients with disease control only.",
            ),
            (
                lambda seed: _shares(seed)["ppv"],
                "You divided by the patients above the cut-off. Sensitivity divides by the patients"
                " with disease control.",
            ),
            (
                lambda seed: _shares(seed)["strict"],
                "Patients exactly at the cut-off count as high: use >=.",
            ),
            (
                lambda seed: 100 * _shares(seed)["sensitivity"],
                "Right in per cent; give it as a share between 0 and 1.",
            ),
        ),
        hint="Among patients with disease control, what share has magnesium at or above 0.80?",
    ),
}
