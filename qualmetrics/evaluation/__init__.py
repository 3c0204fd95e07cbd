"""How good a scorer is: order within groups, correlation, tests, intervals, and bare length beside.

Needs the extra ``evaluation`` (scipy), imported where it is used.
"""

from qualmetrics.evaluation.agreement import Agreement, agreement, trivial_rows
from qualmetrics.evaluation.alignment import Alignment, aligned_levels, alignment_report, wilson
from qualmetrics.evaluation.bootstrap import Estimate, bootstrap, mean_over_units
from qualmetrics.evaluation.corpora import Corpus, pairs_of_levels, read_corpus
from qualmetrics.evaluation.correlation import correlation, permutation, wilcoxon, williams
from qualmetrics.evaluation.length import (
    accuracy,
    accuracy_by_ratio,
    by_longer_side,
    debias_pairs,
    debias_weights,
    pair_credit,
)
from qualmetrics.evaluation.ranks import by_group, ndcg, pair_accuracy, ranking_accuracy
from qualmetrics.evaluation.structure import StrucAuc, struc_auc
from qualmetrics.evaluation.tables import Evaluation, Result, evaluate

__all__ = [
    "Agreement",
    "Alignment",
    "Corpus",
    "Estimate",
    "Evaluation",
    "Result",
    "StrucAuc",
    "accuracy",
    "accuracy_by_ratio",
    "agreement",
    "aligned_levels",
    "alignment_report",
    "bootstrap",
    "by_group",
    "by_longer_side",
    "correlation",
    "debias_pairs",
    "debias_weights",
    "evaluate",
    "mean_over_units",
    "ndcg",
    "pair_accuracy",
    "pair_credit",
    "pairs_of_levels",
    "permutation",
    "ranking_accuracy",
    "read_corpus",
    "struc_auc",
    "trivial_rows",
    "wilcoxon",
    "williams",
    "wilson",
]
