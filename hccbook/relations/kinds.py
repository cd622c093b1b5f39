"""The kinds of relations: which cells an entry names, and what is checked of them."""

from collections.abc import Callable
from typing import NamedTuple

from .. import audit
from . import adapters

#: Cells that an entry gives as a table, by the names of :data:`hccbook.audit.RATES`.
TABLES = ("given", "rates")
#: Options that no entry gives, as they follow from the judged cell: its name in a table of cells,
#: whether it is a whole number by nature, and its field.
FILLED_IN = ("name", "whole", "end")


class Judge(NamedTuple):
    """How one number of a relation is judged by its others; a kind has one for each that can be.

    ``judged`` is a cell or ``cell:field``; of a table of cells each is judged.
    ``cells`` are what the function takes, in order: ``@`` is the judged one, ``#n`` is read as
    a whole number, ``ps*`` is a list, ``table**`` a list of lists, ``alpha?`` may be left out.
    Keyword-only arguments of the function are further keys of the entry, texts or (``: int``)
    numbers, but those of :data:`FILLED_IN`.
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
        Judge("percent", audit.percentage, "@ #count #n"),
        Judge("count", adapters.count, "@ percent #n"),
    ),
    "share": (Judge("percent", adapters.share, "@ #n"),),
    "share-or-cut": (Judge("percent", adapters.share_or_cut, "@ #n"),),
    "part": (Judge("part", adapters.part, "@ whole others*"),),
    "total": (Judge("whole", audit.total, "@ parts*"),),
    "same": (Judge("one", adapters.same, "@ two"), Judge("two", adapters.same, "@ one")),
    "rows": (Judge("number", adapters.rows, "@ rows* #less?"),),
    "rows-between": (Judge("number", adapters.rows_between, "@ #rows*"),),
    "at-least": (Judge("number", adapters.at_least, "@ least"),),
    "at-most": (Judge("number", adapters.at_most, "@ most"),),
    "inside": (Judge("number", audit.inside_interval, "@ lower upper"),),
    "significance": (Judge("word", adapters.significance, "@ ps* alpha?"),),
    "number-significant": (Judge("number", adapters.number_significant, "@ ps* alpha?"),),
    "rank": (Judge("word", adapters.rank, "@ rows**"),),
    "pooled": (
        Judge("mean", audit.pooled_mean, "@ means* #ns*"),
        Judge("sd", audit.pooled_sd, "@ means* sds* #ns*"),
    ),
    "group": (
        Judge("mean", adapters.group_mean, "@ #n all-mean other-means* #other-ns*"),
        Judge("sd", adapters.group_sd, "@ mean #n all-sd other-means* other-sds* #other-ns*"),
    ),
    "sd-within": (Judge("sd", adapters.sd_within, "@ mean longest #n"),),
    "p-of-counts": (Judge("p", audit.p_from_counts, "@ #table**"),),
    "p-of-means": (Judge("p", audit.p_from_summaries, "@ means* sds* #ns*", "summary"),),
    "ratio": (
        Judge("ratio", audit.centre_of_interval, "@ ratio:lower ratio:upper", "summary"),
        Judge("ratio:lower", audit.limit_from_other, "ratio @ ratio:upper", "summary"),
        Judge("ratio:upper", audit.limit_from_other, "ratio @ ratio:lower", "summary"),
    ),
    "wald-p": (Judge("ratio:p", audit.p_from_interval, WITH_P, "summary"),),
    "logrank-p": (Judge("ratio:p", audit.logrank_p_bounds, WITH_P, "summary"),),
    "events": (Judge("ratio:upper", adapters.enough_events, "ratio:lower @ #ns* i2?", "summary"),),
    "ratio-of-medians": (
        Judge("ratio", audit.ratio_of_medians, "@ median other-median", "summary"),
    ),
    "interaction": (Judge("p", adapters.interaction, "@ ratios**", "summary"),),
    "odds-ratio": (Judge("ratio", audit.odds_ratio, "@ beta"),),
    "wald-z": (
        Judge("z", adapters.ratio_as_z, "@ beta z:p", "summary"),
        Judge("z:p", audit.coefficient_p, "z @", "summary"),
        Judge("z:lower", adapters.wald_limit, "@ beta z z:lower z:upper", "summary"),
        Judge("z:upper", adapters.wald_limit, "@ beta z z:lower z:upper", "summary"),
    ),
    "statistic": (Judge("p", audit.p_from_statistic, "value @ df*?"),),
    "at-risk": (Judge("number", audit.at_risk, "@ before* #events?"),),
    "heterogeneity": (
        Judge("i2:p", audit.heterogeneity_p, "i2 #studies @", "summary"),
        Judge("i2", adapters.i2_of_p, "@ #studies i2:p", "summary"),
    ),
    "subgroups": (
        Judge("studies", adapters.studies_of_subgroups, "@ i2 i2s* #numbers* ratios**", "summary"),
    ),
    "rates": (Judge("rates", adapters.rate, "@ given #n"),),
    "rates-of-some": (Judge("given", adapters.rate, "@ given #positives #negatives"),),
    "area": (Judge("auc", adapters.area, "@ given #n"),),
    "area-of-some": (Judge("auc", adapters.area, "@ given #positives #negatives"),),
    "auc": (
        Judge("auc", adapters.centred, "@ auc:lower auc:upper", "summary"),
        Judge("auc:lower", adapters.auc_limit, LIMIT, "summary"),
        Judge("auc:upper", adapters.auc_limit, LIMIT, "summary"),
    ),
    "paired-areas": (Judge("p", adapters.paired_areas, "@ areas***", "summary"),),
    "brier": (Judge("brier", adapters.brier_of_area, "@ #positives #negatives auc"),),
    "brier-of-some": (Judge("brier", adapters.brier_of_table, "@ given #positives #negatives"),),
    "kappa": (Judge("kappa", adapters.kappa, "@ #first percent #n"),),
    "percentages": (Judge("percent", audit.remaining_percentage, "@ others*"),),
    "proportion": (
        Judge("percent:lower", adapters.proportion_limit, "@ percent percent:upper #n", "summary"),
        Judge("percent:upper", adapters.proportion_limit, "@ percent percent:lower #n", "summary"),
    ),
    "f1": (Judge("f1", audit.f1_score, "@ precision recall"),),
    "difference": (Judge("difference", audit.difference, "@ first second"),),
    "quotient": (Judge("quotient", audit.quotient, "@ first second"),),
    "adjusted-p": (Judge("q", audit.adjusted_p, "@ p others*", "summary"),),
    "whole-numbers": (
        Judge("mean", audit.grim, "@ #n #items?"),
        Judge("sd", audit.grimmer, "mean @ #n #items?"),
    ),
}
