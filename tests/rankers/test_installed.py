"""Shipped rankers are found by name, keep the laws, and say what is missing where they are not."""

import pickle
import sys
from importlib.metadata import EntryPoint, distributions

import pytest

import qualmetrics as qm
from qualmetrics import bundles
from qualmetrics.bundles import installed_bundle, installed_scorer
from qualmetrics.errors import BundleError, MissingExtraError
from qualmetrics.explain import explain
from qualmetrics.testing import LAWS, check_law, law_recipe_round_trip, sample

OF_COUNTS = ("readability_features", "readability_static")

EASY = "The small boat crossed the bay. The sun was warm, and we ate our lunch on the sand."
HARD = (
    "Indemnification provisions, notwithstanding the aforementioned limitations, necessitate "
    "comprehensive reinterpretation by the appropriate administrative authorities."
)


def installed():
    """Return the bundles of the installed packages, whatever this clone declares."""
    site = [path for path in sys.path if path.endswith("site-packages")]
    found = (point for d in distributions(path=site) for point in d.entry_points)
    return {point.name for point in found if point.group == bundles.GROUP}


def offer(monkeypatch, *points):
    monkeypatch.setattr(bundles, "entry_points", lambda group: list(points))


def test_readability_orders_an_easy_and_a_hard_text(declared):
    easy, hard = qm.get("readability")([EASY, HARD]).primary
    assert easy < hard


def test_readability_names_the_ranker_that_it_is(declared):
    assert qm.get("readability").signature.startswith("readability_features|ranker:")


@pytest.mark.parametrize("name", OF_COUNTS)
@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_a_ranker_of_counts_keeps_every_law(declared, name, law):
    if law is law_recipe_round_trip and name not in installed():
        pytest.skip("a fresh process knows installed packages only, and this one is older")
    scorer = installed_scorer(name)
    check_law(law, scorer, sample(scorer))


@pytest.mark.parametrize("name", OF_COUNTS)
def test_it_explains_itself_in_shares_that_add_up(declared, name):
    found = explain(installed_scorer(name), f"{EASY} {HARD}")
    for spans, rest in ((found.sentences, found.rest), (found.words, found.words_rest)):
        total = sum(span.contribution for span in spans) + rest
        assert total == pytest.approx(found.value - found.reference_value)
    assert found.sentences[-1].contribution == max(s.contribution for s in found.sentences)


@pytest.mark.parametrize("name", OF_COUNTS)
def test_its_numpy_and_its_graph_give_the_same(declared, name):
    ours, theirs = installed_scorer(name), qm.load(str(installed_bundle(name)))
    assert ours([EASY, HARD]).primary == pytest.approx(theirs([EASY, HARD]).primary, abs=1e-9)
    assert ours([EASY, HARD]).primary[0] < ours([EASY, HARD]).primary[1]


@pytest.mark.parametrize("name", OF_COUNTS)
def test_it_is_pickled_by_its_name(declared, name):
    scorer = installed_scorer(name)
    assert pickle.loads(pickle.dumps(scorer)) == scorer  # noqa: S301 - our own bytes
    assert scorer.recipe.factory == "qualmetrics.registry:get"


def test_without_any_package_the_error_says_what_to_install(monkeypatch):
    offer(monkeypatch)
    with pytest.raises(MissingExtraError, match="pip install"):
        qm.get("readability_features")


def test_an_older_package_is_named_by_what_it_has(monkeypatch):
    offer(monkeypatch, EntryPoint("minilm", "qualmetrics_models.encoder_minilm", bundles.GROUP))
    with pytest.raises(BundleError, match="there are: minilm"):
        qm.get("readability_features")


def test_a_package_without_its_files_is_an_error(monkeypatch):
    offer(monkeypatch, EntryPoint("readability_features", "qualmetrics.rankers", bundles.GROUP))
    with pytest.raises(BundleError, match=r"holds no scorer\.json"):
        qm.get("readability_features")


def test_a_package_that_cannot_be_imported_is_an_error(monkeypatch):
    offer(monkeypatch, EntryPoint("readability_features", "no_such_package", bundles.GROUP))
    with pytest.raises(BundleError, match="cannot be imported"):
        qm.get("readability_features")


def test_listing_scorers_needs_none_of_them(monkeypatch):
    offer(monkeypatch)
    assert "readability_features" in qm.names()
