"""How good a scorer is: order within groups, correlation, tests, intervals, and bare length beside.

Needs the extra ``evaluation`` (scipy), imported where it is used.
"""

from qualmetrics.evaluation.bootstrap import Estimate, bootstrap, mean_over_units
from qualmetrics.evaluation.correlation import correlation, permutation, wilcoxon, williams
from qualmetrics.evaluation.length import (
    accuracy_by_ratio,
    by_longer_side,
    debias_pairs,
    pair_credit,
)
from qualmetrics.evaluation.ranks import by_group, ndcg, pair_accuracy, ranking_accuracy
from qualmetrics.evaluation.tables import Corpus, Evaluation, Result, evaluate, read_corpus

__all__ = [
    "Corpus",
    "Estimate",
    "Evaluation",
    "Result",
    "accuracy_by_ratio",
    "bootstrap",
    "by_group",
    "by_longer_side",
    "correlation",
    "debias_pairs",
    "evaluate",
    "mean_over_units",
    "ndcg",
    "pair_accuracy",
    "pair_credit",
    "permutation",
    "ranking_accuracy",
    "read_corpus",
    "wilcoxon",
    "williams",
]
