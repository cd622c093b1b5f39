"""Printed numbers of the TIPM paper that its recipe reads, and the guard before the rest."""

from ... import reported

#: The three cohorts of the paper, and all patients together.
COHORTS = ("training", "internal", "external")
SPLITS = (*COHORTS, "all")

#: ``marginals``: the tables of patients, Table 3, the areas of Table 4 and survival by score.
#: ``coefficients``: also the logistic model of Table 2. ``deaths``: as ``marginals``, but the row
#: Live/Die is not taken for the deaths, so that more patients can have died.
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
SCORES = ("combined", "albi", "afp")
_P = ("printed",)


def _table1(column):
    """Return the cells of one column of Table 1, but for the survival status."""
    ids = {f"tipm.table1.response.{x}.{column}.count": _P for x in ("tie", "tin")}
    for row, levels in LEVELS.items():
        ids |= {f"tipm.table1.{row}.{level}.{column}.count": _P for level in levels}
    for row in (*MEANS, "ostime"):
        ids |= {f"tipm.table1.{row}.{column}.{x}": _P for x in ("mean", "sd")}
    return ids


def _table2():
    ids = {}
    for column in ("all", "tie", "tin"):
        for row, levels in LEVELS.items():
            ids |= {f"tipm.table2.{row}.{level}.{column}.count": _P for level in levels}
        for row in MEANS:
            ids |= {f"tipm.table2.{row}.{column}.{x}": _P for x in ("mean", "sd")}
    return ids


def _outcomes(split, reading):
    """Return the targets that a cohort has beside the tables of patients."""
    ids = {f"tipm.table3.{rate}.{split}": _P for rate in RATES}
    ids |= {f"tipm.table4.{split}.{score}.auc": _P for score in SCORES}
    ids |= {f"tipm.results.os.{split}.median.{group}": _P for group in ("high", "low")}
    ids |= {f"tipm.results.os.{split}.p": _P, "tipm.results.roc.cutoff": _P}
    if reading != "deaths":
        ids |= {f"tipm.table1.os.{x}.{split}.count": _P for x in ("live", "die")}
    return ids


def targets(split, reading="marginals"):
    """Return the printed numbers that a cohort is built to have."""
    if split == "all":
        ids = _table1("all") | {"tipm.results.n": _P}
        if reading != "deaths":
            ids |= {f"tipm.table1.os.{x}.all.count": _P for x in ("live", "die")}
        ids |= {"tipm.results.response-rate.recist": _P}
        ids |= {f"tipm.results.kappa.mrecist-{x}": _P for x in ("recist", "irecist")}
        return ids
    ids = {f"tipm.results.{split}.n": _P} | _table1(split) | _outcomes(split, reading)
    if split == "training":
        ids |= _table2()
        ids |= {f"tipm.results.training.response.{x}.count": _P for x in ("tie", "tin")}
        if reading == "coefficients":
            for row in MODEL:
                ids |= {f"tipm.table2.{row}.multivariable.{x}": _P for x in ("beta", "or")}
    return ids


def _misses(split, reading):
    """Return printed numbers that no cohort has together with its targets, and why."""
    found = {}
    if split == "training":
        brier = "an AUC of 0.933 in 42 and 110 patients costs more"
        found["tipm.table4.training.combined.brier", "printed"] = brier
    if split == "all":
        for name in ("mrecist", "irecist"):
            why = "no count of all patients rounds to it; Table 1 has 239 TIE by mRECIST"
            found[f"tipm.results.response-rate.{name}", "printed"] = why
        why = "below the medians of the high score in all three cohorts"
        found["tipm.subgroup.hbv.median.high", "printed"] = why
    if reading == "deaths":
        for word in ("live", "die"):
            cell = f"tipm.table1.os.{word}.{split}.count"
            found[cell, "printed"] = "the row is not taken for deaths in this reading"
    return found


#: Printed numbers that no cohort has together with its targets, and why, by split and reading.
MISSES = {(split, reading): _misses(split, reading) for split in SPLITS for reading in READINGS}


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
