"""Bundles: what is written is what is read, and an altered one is refused."""

import json
import pickle
import shutil
import sys
from dataclasses import replace

import numpy as np
import pytest

import qualmetrics as qm
from qualmetrics.core import Lenient, Recipe, Scorer, Spec
from qualmetrics.errors import BundleError, ExportError, ProviderError, RecipeError
from qualmetrics.onnx import export, load
from qualmetrics.testing import TEXTS, check_scorer
from tests.core import toys

pytest.importorskip("ndonnx")


@pytest.fixture
def bundle(tmp_path):
    return export(qm.get("flesch_kincaid_grade"), tmp_path / "fkgl")


def edit(bundle, change):
    path = bundle / "scorer.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")


def test_a_loaded_bundle_scores_as_python_does(bundle):
    ours, loaded = qm.get("flesch_kincaid_grade"), load(bundle)
    np.testing.assert_array_equal(ours(TEXTS).values, loaded(TEXTS).values)
    np.testing.assert_array_equal(ours(TEXTS).status, loaded(TEXTS).status)
    assert (loaded.signature, loaded.spec) == (ours.signature, ours.spec)


def test_a_loaded_bundle_keeps_every_law(bundle):
    check_scorer(load(bundle))


def test_a_loaded_bundle_is_pickled_by_its_path(bundle):
    again = pickle.loads(pickle.dumps(load(bundle)))  # noqa: S301 - made one line above
    assert again == load(bundle)


def test_the_graph_alone_masks_texts_without_words(bundle):
    import onnxruntime

    session = onnxruntime.InferenceSession(str(bundle / "model.onnx"))
    columns = {"words": [0.0, 10.0], "sentences": [1.0, 1.0], "syllables": [0.0, 14.0]}
    feeds = {name: np.array(values) for name, values in columns.items()}
    values = session.run(["values"], feeds)[0]
    assert np.isnan(values[0, 0])
    assert values[1, 0] == pytest.approx(0.39 * 10 + 11.8 * 1.4 - 15.59, abs=1e-12)


def test_an_altered_graph_is_refused(bundle):
    model = bundle / "model.onnx"
    model.write_bytes(model.read_bytes() + b"\0")
    with pytest.raises(BundleError, match="was altered"):
        load(bundle)(["A cat sat."])


def test_a_graph_that_is_no_graph_is_refused(bundle):
    import hashlib

    (bundle / "model.onnx").write_bytes(b"not a graph")
    digest = hashlib.sha256(b"not a graph").hexdigest()
    edit(bundle, lambda data: data["graph"].update(sha256=digest))
    with pytest.raises(BundleError, match="no graph that ONNX Runtime can open"):
        load(bundle)(["A cat sat."])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data.update(format="other/9"), "has format 'other/9'"),
        (lambda data: data.pop("graph"), "is incomplete"),
        (lambda data: data["inputs"][0].update(kind="pickle"), "unknown kind of input 'pickle'"),
        (lambda data: data["inputs"][0].update(rules="en/99"), "en/99"),
        (lambda data: data.update(signature="other|v:1"), "was exported as 'other|v:1'"),
        (lambda data: data["spec"].update(surprise=1), "no field surprise"),
        (
            lambda data: data.update(inputs=[{"kind": "scorer", "folder": "../../etc"}]),
            "lies outside of it",
        ),
    ],
)
def test_a_description_that_does_not_fit_is_refused(bundle, change, said):
    edit(bundle, change)
    with pytest.raises((BundleError, qm.QualmetricsError), match=said):
        load(bundle)


def test_a_folder_without_a_bundle_is_said_to_be_none(tmp_path):
    with pytest.raises(BundleError, match=r"holds no scorer\.json"):
        load(tmp_path)


def test_a_missing_graph_is_named(bundle):
    (bundle / "model.onnx").unlink()
    with pytest.raises(BundleError, match=r"holds no model\.onnx"):
        load(bundle)


def test_a_provider_that_is_not_active_is_an_error_and_no_fall_back(bundle):
    scorer = load(bundle, providers=("MadeUpExecutionProvider",))
    with pytest.raises(ProviderError, match="MadeUpExecutionProvider, which is not active here"):
        scorer(["A cat sat."])


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ExportError, match="is not empty"):
        export(qm.get("lix"), tmp_path, overwrite=True)
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_bundle_is_replaced_only_when_asked(bundle):
    with pytest.raises(ExportError, match="overwrite=True"):
        export(qm.get("lix"), bundle)
    assert load(export(qm.get("lix"), bundle, overwrite=True)).spec.name == "lix"


def test_an_export_that_fails_leaves_nothing_behind(tmp_path):
    scorer = replace(qm.get("lix"), forward=lambda arrays: np.sqrt(arrays["words"])[:, None])
    with pytest.raises(ExportError, match="cannot be traced"):
        export(scorer, tmp_path / "lix")
    assert list(tmp_path.iterdir()) == []


def test_a_graph_that_disagrees_with_python_is_not_kept(tmp_path, monkeypatch):
    module = sys.modules["qualmetrics.onnx.export"]
    other, real = qm.get("rix"), module.trace
    monkeypatch.setattr(module, "trace", lambda f, layout, s: real(_doubled(f), layout, s))
    with pytest.raises(ExportError, match="differs from Python"):
        export(other, tmp_path / "rix")
    assert not (tmp_path / "rix").exists()


def _doubled(forward):
    return lambda arrays: forward(arrays) * 2.0


def test_an_unknown_graph_form_is_named(tmp_path):
    with pytest.raises(ExportError, match="'strings' is not one of"):
        export(qm.get("lix"), tmp_path / "lix", graph="strings")


def test_an_input_of_an_unknown_type_says_how_to_declare_it(tmp_path):
    with pytest.raises(BundleError, match="kinds="):
        export(toys.toy_ranker(), tmp_path / "toy")


def test_a_composition_carries_its_children_as_bundles(tmp_path):
    children = (Lenient(qm.get("flesch_kincaid_grade")), qm.get("lix"))
    spec = Spec("pair", family="reward", undefined=-1.0, tolerance=1e-12)
    forward = toys.Weighted(("flesch_kincaid_grade", "lix"), (0.25, 0.75))
    pair = Scorer(spec, children, forward)
    folder = export(pair, tmp_path / "pair")
    loaded = load(folder)
    assert sorted(path.name for path in (folder / "children").iterdir()) == [
        "flesch_kincaid_grade",
        "lix",
    ]
    np.testing.assert_allclose(pair(TEXTS).values, loaded(TEXTS).values, rtol=0, atol=1e-12)
    assert loaded(["... !"]).children["lix"].status_names == ["no_words"]


def test_a_child_that_was_altered_is_refused(tmp_path):
    spec = Spec("pair", family="reward", undefined=-1.0)
    children = (qm.get("rix"), qm.get("lix"))
    folder = export(Scorer(spec, children, toys.Weighted(("rix", "lix"), (1, 1))), tmp_path / "p")
    edit(folder / "children" / "lix", lambda data: data["spec"].update(tolerance=1.0))
    with pytest.raises(BundleError, match="was altered"):
        load(folder)


def test_a_graph_of_a_familys_own_is_held_to_its_names(tmp_path):
    import onnx

    other = qm.get("lix").abilities
    for made, said in ((None, "NoneType"), (onnx.ModelProto(), "output 'values'")):
        scorer = replace(qm.get("lix"), abilities={**other, "graph": lambda form, m=made: m})
        with pytest.raises(ExportError, match=said):
            export(scorer, tmp_path / "lix")


def test_a_moved_bundle_still_loads(bundle, tmp_path):
    moved = shutil.move(bundle, tmp_path / "elsewhere")
    assert float(load(moved).score_one("A cat sat.")) == float(
        qm.get("flesch_kincaid_grade").score_one("A cat sat.")
    )


@pytest.mark.parametrize(
    "factory",
    [
        "os:system",
        "qualmetrics.testing:subprocess.getoutput",
        "qualmetrics.core:importlib.import_module",
        "qualmetrics.formula:configured",
    ],
)
def test_a_recipe_from_a_file_may_not_name_any_function(factory):
    recipe = Recipe(factory, {"cmd": "true"}, "x|v:1")
    with pytest.raises(RecipeError, match="a recipe from a file may name"):
        recipe.build()


def test_a_recipe_that_makes_another_scorer_is_refused():
    recipe = Recipe("qualmetrics.registry:get", {"name": "lix"}, "lix|v:999")
    with pytest.raises(RecipeError, match="the recipe expects"):
        recipe.build()
