"""The kinds of relations: which cells an entry names, and what is checked of them."""

from collections.abc import Callable
from typing import NamedTuple

from .. import audit
from . import common

#: Cells that an entry gives as a table, by the names of :data:`hccbook.audit.RATES`.
TABLES = ("given", "rates")


class Turn(NamedTuple):
    """One check of a relation, of which there is one for each number that it can judge.

    ``judged`` is a cell or ``cell:field``; of a table of cells each is judged.
    ``cells`` are what the function takes, in order: ``@`` is the judged one, ``#n`` is read as
    a whole number, ``ps*`` is a list, ``table**`` a list of lists, ``level?`` may be left out.
    Keyword-only arguments of the function are further keys of the entry, texts or (``: int``)
    numbers; ``name``, ``whole`` and ``end`` are filled in.
    """

    judged: str
    function: Callable
    cells: str
    evidence: str = "arithmetic"


#: What the P value of a ratio is judged by, and one limit of an AUC.
WITH_P = "ratio ratio:lower ratio:upper @"
LIMIT = "@ auc auc:lower auc:upper #positives #negatives"
KINDS = {
    "percentage": (
        Turn("percent", audit.percentage, "@ #count #n"),
        Turn("count", common.count, "@ percent #n"),
    ),
    "share": (Turn("percent", common.share, "@ #n"),),
    "share-or-cut": (Turn("percent", common.share_or_cut, "@ #n"),),
    "part": (Turn("part", common.part, "@ whole others*"),),
    "total": (Turn("whole", audit.total, "@ parts*"),),
    "same": (Turn("one", common.same, "@ two"), Turn("two", common.same, "@ one")),
    "rows": (Turn("number", common.rows, "@ rows* #less?"),),
    "rows-between": (Turn("number", common.rows_between, "@ #rows*"),),
    "at-least": (Turn("number", common.at_least, "@ least"),),
    "at-most": (Turn("number", common.at_most, "@ most"),),
    "inside": (Turn("number", audit.inside_interval, "@ lower upper"),),
    "significance": (Turn("word", common.significance, "@ ps* level?"),),
    "number-significant": (Turn("number", common.number_significant, "@ ps* level?"),),
    "rank": (Turn("word", common.rank, "@ rows**"),),
    "pooled": (
        Turn("mean", audit.pooled_mean, "@ means* #ns*"),
        Turn("sd", audit.pooled_sd, "@ means* sds* #ns*"),
    ),
    "group": (
        Turn("mean", common.group_mean, "@ #n all-mean other-means* #other-ns*"),
        Turn("sd", common.group_sd, "@ mean #n all-sd other-means* other-sds* #other-ns*"),
    ),
    "sd-within": (Turn("sd", common.sd_within, "@ mean longest #n"),),
    "p-of-counts": (Turn("p", audit.p_from_counts, "@ #table**"),),
    "p-of-means": (Turn("p", audit.p_from_summaries, "@ means* sds* #ns*", "summary"),),
    "ratio": (
        Turn("ratio", audit.centre_of_interval, "@ ratio:lower ratio:upper", "summary"),
        Turn("ratio:lower", audit.limit_from_other, "ratio @ ratio:upper", "summary"),
        Turn("ratio:upper", audit.limit_from_other, "ratio @ ratio:lower", "summary"),
    ),
    "wald-p": (Turn("ratio:p", audit.p_from_interval, WITH_P, "summary"),),
    "logrank-p": (Turn("ratio:p", audit.logrank_p_bounds, WITH_P, "summary"),),
    "events": (Turn("ratio:upper", common.patients, "ratio:lower @ #ns* i2?", "summary"),),
    "ratio-of-medians": (
        Turn("ratio", audit.ratio_of_medians, "@ median other-median", "summary"),
    ),
    "interaction": (Turn("p", common.interaction, "@ ratios**", "summary"),),
    "odds-ratio": (Turn("ratio", audit.odds_ratio, "@ beta"),),
    "wald-z": (
        Turn("z", common.ratio_as_z, "@ beta z:p", "summary"),
        Turn("z:p", audit.coefficient_p, "z @", "summary"),
        Turn("z:lower", common.wald_limit, "@ beta z z:lower z:upper", "summary"),
        Turn("z:upper", common.wald_limit, "@ beta z z:lower z:upper", "summary"),
    ),
    "statistic": (Turn("p", audit.p_from_statistic, "value @ df*?"),),
    "at-risk": (Turn("number", audit.at_risk, "@ before* #events?"),),
    "heterogeneity": (
        Turn("i2:p", audit.heterogeneity_p, "i2 #studies @", "summary"),
        Turn("i2", common.i2_of_p, "@ #studies i2:p", "summary"),
    ),
    "subgroups": (
        Turn("studies", common.studies_of_subgroups, "@ i2 i2s* #numbers* ratios**", "summary"),
    ),
    "rates": (Turn("rates", common.rate, "@ given #n"),),
    "rates-of-some": (Turn("given", common.rate, "@ given #positives #negatives"),),
    "area": (Turn("auc", common.area, "@ given #n"),),
    "area-of-some": (Turn("auc", common.area, "@ given #positives #negatives"),),
    "auc": (
        Turn("auc", common.centred, "@ auc:lower auc:upper", "summary"),
        Turn("auc:lower", common.auc_limit, LIMIT, "summary"),
        Turn("auc:upper", common.auc_limit, LIMIT, "summary"),
    ),
    "paired-areas": (Turn("p", common.paired_areas, "@ areas***", "summary"),),
    "brier": (Turn("brier", common.brier_of_area, "@ #positives #negatives auc"),),
    "brier-of-some": (Turn("brier", common.brier_of_table, "@ given #positives #negatives"),),
    "kappa": (Turn("kappa", common.kappa, "@ #first percent #n"),),
    "percentages": (Turn("percent", audit.remaining_percentage, "@ others*"),),
    "proportion": (
        Turn("percent:lower", common.proportion_limit, "@ percent percent:upper #n", "summary"),
        Turn("percent:upper", common.proportion_limit, "@ percent percent:lower #n", "summary"),
    ),
    "f1": (Turn("f1", audit.f1_score, "@ precision recall"),),
    "difference": (Turn("difference", audit.difference, "@ first second"),),
    "quotient": (Turn("quotient", audit.quotient, "@ first second"),),
    "adjusted-p": (Turn("q", audit.adjusted_p, "@ p others*", "summary"),),
    "whole-numbers": (
        Turn("mean", audit.grim, "@ #n #items?"),
        Turn("sd", audit.grimmer, "mean @ #n #items?"),
    ),
}
