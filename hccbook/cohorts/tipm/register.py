"""Printed numbers of the TIPM paper that its recipe reads, and the guard before the rest."""

from ... import reported
from .. import calibration as cal

#: The three cohorts of the paper, and all patients together.
COHORTS = ("training", "internal", "external")
SPLITS = (*COHORTS, "all")

#: What is calibrated; the recipe's file explains them.
READINGS = ("marginals", "coefficients", "deaths")

#: Rows of counts in Table 1: the column of a cohort that holds them, and the level that is 1.
FLAGS = {
    "nlr": ("nlr_high", "high"),
    "delta-t": ("tumour_stiffer", "not-negative"),
    "delta-p": ("liver_stiffer", "not-negative"),
    "satellite-nodule": ("satellite_nodule", "yes"),
    "sex": ("male", "male"),
    "echo": ("heterogeneous", "heterogeneous"),
    "capsule": ("capsule_obscure", "obscure"),
    "collateral": ("collaterals", "yes"),
    "afp": ("afp_200", "high"),
    "mvi": ("mvi", "yes"),
    "hepatitis": ("hbv", "hbv"),
}
LEVELS = {
    "nlr": ("low", "high"),
    "delta-t": ("negative", "not-negative"),
    "delta-p": ("negative", "not-negative"),
    "satellite-nodule": ("no", "yes"),
    "sex": ("female", "male"),
    "echo": ("homogeneous", "heterogeneous"),
    "capsule": ("clear", "obscure"),
    "collateral": ("no", "yes"),
    "afp": ("low", "high"),
    "mvi": ("no", "yes"),
    "hepatitis": ("non-hbv", "hbv"),
}

#: Rows of means, in the order of the tables; the columns have the same names.
MEANS = (
    *("age", "alt", "ast", "plt", "alb", "ggt", "tbil"),
    *("alp", "pt", "pta", "inr", "bmi", "diameter"),
)

#: Variables of the logistic model: the column, and what it is taken from (the nodule counts by its
#: absence, as in the table's second line).
MODEL = {
    "nlr": ("nlr_high", 1),
    "delta-t": ("tumour_stiffer", 1),
    "satellite-nodule": ("satellite_nodule", -1),
    "alt": ("alt", 1),
    "plt": ("plt", 1),
    "alb": ("alb", 1),
    "ggt": ("ggt", 1),
    "pt": ("pt", 1),
    "diameter": ("diameter", 1),
}

RATES = {
    "sensitivity": "sensitivity",
    "specificity": "specificity",
    "accuracy": "accuracy",
    "precision": "ppv",
    "f1-score": "f1",
}


def targets(split, reading="marginals"):
    """Return the printed numbers that a cohort is built to have."""
    return cal.targets("tipm", split, reading)


class Register:
    """What a recipe may read: the targets of all splits in one reading."""

    def __init__(self, reading):
        self.allowed, self.rows = {}, reported.load("tipm")[[*reported.FIELDS]].to_dict()
        for split in SPLITS:
            self.allowed |= targets(split, reading)

    def __call__(self, id, field="printed"):
        """Return one printed number, or refuse what is held out."""
        if field not in self.allowed.get(f"tipm.{id}", ()):
            raise KeyError(f"tipm.{id} ({field}) is held out")
        return self.rows[field][f"tipm.{id}"]
