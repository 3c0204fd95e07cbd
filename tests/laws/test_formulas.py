"""Every formula keeps every law, in Python and as a graph, and both give the same numbers."""

import numpy as np
import pytest

from qualmetrics.onnx import export, load
from qualmetrics.onnx.export import graph_layout, trace
from qualmetrics.registry import get
from qualmetrics.testing import TEXTS, check_scorer
from tests.formulas.counts import plausible
from tests.formulas.test_goldens import formulas

ONE_WORD = {
    "syllables_2": 0.0, "polysyllables": 0.0, "syllables_3": 0.0, "syllables_4": 0.0,
    "syllables_5": 0.0, "syllables_6plus": 0.0, "syllables_4plus": 0.0, "long_words": 0.0,
    "hard_fog": 0.0, "unfamiliar_dale": 0.0, "letters": 3.0, "letters_sq": 9.0,
}  # fmt: skip

NATIVE = {
    "ar": "ذهب الولد إلى المدرسة في الصباح الباكر. قرأ المعلم قصة طويلة عن البحر والسفن القديمة.",
    "ru": "Мальчик утром пошёл в школу. Учительница рассказала о путешественниках и о море.",
    "uk": "Хлопчик уранці пішов до школи. Учителька розповіла про мандрівників і про море.",
}
"""A text in a script of its own, without which a law would only see rows without a value."""


def _texts(scorer):
    return [*TEXTS, *(NATIVE[code] for code in scorer.spec.languages if code in NATIVE)]


def _awkward(names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Ordinary counts, then a row of zeros, one word, all ones, huge counts, and each count NaN."""
    table = plausible(40, seed=2)
    rows = [[ONE_WORD.get(k, 1.0) for k in names]]
    rows += [[odd] * len(names) for odd in (0.0, 1.0, 1e7)]
    rows += [[np.nan if k == gone else table[k][0] for k in names] for gone in names]
    return {k: np.append(table[k], [row[i] for row in rows]) for i, k in enumerate(names)}


@pytest.mark.parametrize("name", formulas())
def test_a_formula_keeps_every_law(name):
    scorer = get(name)
    check_scorer(scorer, _texts(scorer))


@pytest.mark.parametrize("name", formulas())
def test_the_exported_formula_keeps_every_law(name, tmp_path):
    scorer = load(export(get(name), tmp_path / name))
    check_scorer(scorer, _texts(scorer))


@pytest.mark.parametrize("name", formulas())
def test_a_formula_has_a_value_for_a_text_in_its_language(name):
    scorer = get(name)
    assert np.isfinite(scorer(_texts(scorer)).primary).any()


@pytest.mark.parametrize("name", formulas())
def test_the_graph_of_a_formula_gives_the_numbers_of_python(name):
    import onnxruntime

    scorer = get(name)
    layout = graph_layout(scorer)
    counts = _awkward(tuple(layout))
    model = trace(scorer.forward, layout, scorer.signature).SerializeToString()
    graph = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    theirs, ours = graph.run(["values"], counts)[0], scorer.forward(counts)
    assert np.array_equal(np.isfinite(theirs), np.isfinite(ours))
    defined = np.isfinite(ours)
    gap = np.abs(theirs[defined] - ours[defined]) / np.maximum(1.0, np.abs(ours[defined]))
    assert gap.max() <= 1e-12


@pytest.mark.parametrize("name", formulas())
def test_an_empty_row_and_a_row_of_nan_have_no_value(name):
    scorer = get(name)
    for nothing in (0.0, np.nan):
        counts = {k: np.array([nothing]) for k in graph_layout(scorer)}
        assert np.isnan(scorer.forward(counts)).all()
