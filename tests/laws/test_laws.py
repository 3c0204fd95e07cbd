"""The laws hold for the toys, and every law catches a scorer that breaks it."""

import itertools
import pickle
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from qualmetrics.core import Scores, Status
from qualmetrics.errors import RecipeError
from qualmetrics.registry import get
from qualmetrics.testing import LAWS, LawBroken, check_law, check_scorer, sample
from tests.core import toys

GOOD = {
    "ranker": toys.toy_ranker(),
    "similarity": toys.toy_similarity(),
    "reward": toys.toy_reward(),
    "reward with a number": toys.toy_reward(0.0),
    "lenient reward": toys.toy_reward(-1.0, lenient=True),
    "formula": get("flesch_kincaid_grade"),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_scorer_keeps_every_law(name):
    check_scorer(GOOD[name])


@dataclass(frozen=True)
class Broken:
    """A toy that breaks one law: it wraps a good scorer and spoils what comes out or goes in."""

    how: str

    @property
    def spec(self) -> Any:
        spec = GOOD["formula"].spec
        return replace(spec, bounds=(0.0, 1.0)) if self.how == "bounds" else spec

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"level"})

    def __call__(self, texts: Any, references: Any = None, *, columns: Any = None) -> Scores:
        if self.how == "wrong_calls_raise" and isinstance(texts, str):
            texts, columns = [texts], None
        if self.how == "empty_batch" and not len(texts):
            raise ZeroDivisionError
        if self.how == "inputs_untouched" and columns:
            columns["level"].append(0.0)
            columns["level"].pop(0)
            return GOOD["formula"](texts)
        scores = GOOD["formula"](texts, columns=columns)
        return getattr(self, f"_{self.how}", lambda s, _: s)(scores, texts)

    def _shape(self, scores: Scores, texts: Any) -> Scores:
        return replace(scores, values=scores.values[:, 0])

    def _order(self, scores: Scores, texts: Any) -> Scores:
        by_length = np.argsort([len(t or "") for t in texts], kind="stable")
        return scores.take(by_length)  # sorted and never put back: the torchmetrics bug

    def _rows_do_not_see_each_other(self, scores: Scores, texts: Any) -> Scores:
        values = scores.values.copy()
        if len(values):
            values += 1e-6 * max(len(t or "") for t in texts)
        return replace(scores, values=values)

    def _deterministic(self, scores: Scores, texts: Any) -> Scores:
        return replace(scores, values=scores.values + next(COUNTER))

    def _undefined_is_nan(self, scores: Scores, texts: Any) -> Scores:
        return replace(scores, values=np.nan_to_num(scores.values))

    def _finite_elsewhere(self, scores: Scores, texts: Any) -> Scores:
        values = scores.values.copy()
        values[scores.status == Status.OK] = np.inf
        return replace(scores, values=values)

    def _thread_safe(self, scores: Scores, texts: Any) -> Scores:
        import threading

        worker = threading.current_thread() is not threading.main_thread()
        return replace(scores, values=scores.values + float(worker))

    def __reduce__(self) -> Any:
        if self.how == "recipe_round_trip":
            return Broken, ("shape",)
        return Broken, (self.how,)


COUNTER = itertools.count()


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_each_law_catches_the_toy_that_breaks_it(law):
    toy = Broken(law.__name__.removeprefix("law_"))
    call = sample(toy)
    with pytest.raises(LawBroken, match=f"breaks {law.__name__}: "):
        check_law(law, toy, call)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_the_toy_breaks_no_law_when_it_breaks_nothing(law):
    check_law(law, Broken("nothing"), sample(Broken("nothing")))


def test_a_changed_copy_refuses_to_be_pickled_as_the_original():
    changed = replace(GOOD["formula"], forward=toys.Weighted(("a", "b"), (0.5, 0.5)))
    with pytest.raises(RecipeError, match="its recipe makes another scorer"):
        pickle.dumps(changed)
