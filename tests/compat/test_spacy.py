"""The spaCy component: values, batches, processes, files, and what it refuses."""

import math
import subprocess
import sys
import tomllib
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import pytest

import qualmetrics as qm
from qualmetrics.errors import InputError, UnknownLanguageError, UnknownNameError
from tests.parsed.docs import doc
from tests.parsed.test_features import STORY

spacy = pytest.importorskip("spacy")
from spacy.tokens import Doc, DocBin  # noqa: E402 - spaCy may be absent

import qualmetrics.compat.spacy as component  # noqa: E402 - as above

TEXTS = ["The cat sat on the mat. It was happy.", "", "...", "Committees deliberated. Why?"] * 3


def pipeline(*metrics, lang="en", sentences=True, **config):
    nlp = spacy.blank(lang)
    if sentences:
        nlp.add_pipe("sentencizer")
    nlp.add_pipe("qualmetrics", config={"metrics": list(metrics), **config})
    return nlp


def test_values_statuses_and_signatures_stand_on_the_document():
    parsed = pipeline("fkgl", "mattr", "words")("The cat sat. It slept.")
    assert parsed._.fkgl == parsed._.qualmetrics["fkgl"]
    assert parsed._.fkgl == pytest.approx(0.39 * 5 / 2 + 11.8 - 15.59)
    assert parsed._.mattr == parsed._.qualmetrics["mattr.mattr"] == 1
    assert list(parsed._.qualmetrics) == ["fkgl", "mattr.msttr", "mattr.mattr", "words"]
    assert parsed._.qualmetrics_status == {"fkgl": "ok", "mattr": "too_short", "words": "ok"}
    part = f"spacy:en_blank/{spacy.__version__}"
    expected = f"flesch_kincaid_grade|words:{part}|sent:{part}|syl:cmu+ng/1|v:1"
    assert parsed._.qualmetrics_signatures["fkgl"] == expected


def test_batches_and_processes_change_nothing():
    nlp = pipeline("fkgl", "words")
    alone = [nlp(text)._.qualmetrics for text in TEXTS]
    for options in ({"batch_size": 5}, {"n_process": 2, "batch_size": 2}):
        found = [parsed._.qualmetrics for parsed in nlp.pipe(TEXTS, **options)]
        assert str(found) == str(alone)  # NaN is not equal to itself
    assert math.isnan(alone[1]["fkgl"])
    assert [parsed._.qualmetrics_status["fkgl"] for parsed in nlp.pipe(TEXTS[:3])] == [
        *("ok", "empty", "no_words"),
    ]


def test_our_own_rules_give_our_own_numbers():
    text = "State-of-the-art methods don't help Dr. Low. Why?"
    parsed = pipeline("fkgl", rules="qualmetrics", sentences=False)(text)
    assert parsed._.fkgl == qm.get("fkgl")([text]).primary[0]
    assert parsed._.qualmetrics_signatures["fkgl"] == qm.get("fkgl").signature
    assert parsed._.fkgl != pipeline("fkgl")(text)._.fkgl


def test_a_pipeline_goes_to_disk_and_back(tmp_path):
    nlp = pipeline("fkgl", "lix", prefix="disk_", pipeline="mine/7")
    nlp.to_disk(tmp_path / "model")
    again = spacy.load(tmp_path / "model")
    one, two = nlp(TEXTS[0]), again(TEXTS[0])
    assert one._.qualmetrics == two._.qualmetrics
    assert one._.disk_fkgl == two._.disk_fkgl
    assert "words:spacy:mine/7" in two._.qualmetrics_signatures["lix"]
    assert spacy.blank("en").from_bytes(nlp.to_bytes()) is not None


def test_documents_keep_their_values_in_files():
    nlp = pipeline("fkgl")
    parsed = nlp(TEXTS[0])
    assert Doc(nlp.vocab).from_bytes(parsed.to_bytes())._.fkgl == parsed._.fkgl
    stored = DocBin(store_user_data=True, docs=[parsed]).to_bytes()
    (again,) = DocBin().from_bytes(stored).get_docs(nlp.vocab)
    assert again._.qualmetrics == parsed._.qualmetrics


def test_a_document_that_was_not_scored_has_no_value():
    pipeline("fkgl")
    parsed = spacy.blank("en")("Hello there.")
    assert math.isnan(parsed._.fkgl)
    assert parsed._.qualmetrics == {}


def test_a_language_has_its_own_metrics_unless_told():
    parsed = pipeline(lang="de")("Das Haus steht am Fluss. Es ist alt.")
    assert {"words", "lix"} <= set(parsed._.qualmetrics)
    assert "syl:de" in " ".join(parsed._.qualmetrics_signatures.values())


def test_features_of_a_parse_are_metrics_like_others():
    names = ("cohesion", "dependency_distance", "syntactic_complexity", "fkgl")
    scored = component.Metrics(names, {"gap": 1}, "en", "spacy", "raise", "", "by hand")
    parsed = scored(doc(*STORY))
    assert parsed._.cohesion == pytest.approx(2 / 15)
    assert parsed._.qualmetrics["syntactic_complexity.clauses_per_sentence"] == 1
    assert parsed._.qualmetrics_signatures["cohesion"] == "cohesion|gap:1|spacy:by_hand|v:1"


def test_what_a_metric_needs_and_has_not_is_named():
    nlp = pipeline("dependency_distance")
    with pytest.raises(InputError, match="dependency_distance needs what a parser sets"):
        nlp("A cat sat.")
    with pytest.raises(InputError, match="a parser, a senter or a sentencizer"):
        pipeline("fkgl", sentences=False)("A cat sat. It slept.")
    parsed = pipeline("dependency_distance", "words", missing="nan")("A cat sat.")
    assert math.isnan(parsed._.dependency_distance)
    assert parsed._.qualmetrics_status == {"dependency_distance": "not_applicable", "words": "ok"}


def test_one_document_that_fails_does_not_take_its_batch_along():
    nlp, failed = spacy.blank("en"), []
    nlp.add_pipe("qualmetrics", config={"metrics": ["fkgl"]})
    nlp.set_error_handler(lambda name, proc, docs, error: failed.extend(docs))
    sentenced = spacy.blank("en")
    sentenced.add_pipe("sentencizer")
    docs = [sentenced("One. Two."), spacy.blank("en")("Three. Four."), sentenced("Five. Six.")]
    assert [parsed.text for parsed in nlp.pipe(docs)] == ["One. Two.", "Five. Six."]
    assert [parsed.text for parsed in failed] == ["Three. Four."]


@pytest.mark.parametrize(
    ("config", "error", "message"),
    [
        ({"metrics": ["chrf"]}, InputError, "chrf reads references beside the text"),
        ({"metrics": ["relevance"]}, InputError, "relevance reads prompt beside the text"),
        ({"metrics": ["fkglx"]}, UnknownNameError, "fkgl"),
        ({"metrics": ["fkgl"], "rules": "mine"}, InputError, "spacy, qualmetrics"),
        ({"metrics": ["fkgl"], "missing": "0"}, InputError, "raise, nan"),
        ({"metrics": ["fkgl"], "prefix": "a-"}, InputError, "no attribute"),
        ({"metrics": ["fkgl", "fkgl"]}, InputError, "two metrics"),
    ],
)
def test_a_wrong_config_is_refused_when_the_pipe_is_added(config, error, message):
    if config["metrics"] == ["relevance"]:
        pytest.importorskip("qualmetrics_models")
    with pytest.raises(error, match=message):
        spacy.blank("en").add_pipe("qualmetrics", config=config)


def test_a_language_without_rules_is_refused():
    with pytest.raises(UnknownLanguageError):
        spacy.blank("de").add_pipe("qualmetrics", config={"metrics": ["fkgl"]})


def test_a_name_that_is_taken_is_left_to_its_owner():
    Doc.set_extension("strain", default="theirs")
    try:
        with pytest.raises(InputError, match="prefix"):
            pipeline("strain")
        assert pipeline("strain", prefix="qm_")("The cat sat.")._.strain == "theirs"
    finally:
        Doc.remove_extension("strain")


def test_the_entry_point_is_the_factory():
    project = Path(__file__).parents[2] / "pyproject.toml"
    points = tomllib.loads(project.read_text("utf-8"))["project"]["entry-points"]
    (value,) = points["spacy_factories"].values()
    assert EntryPoint("qualmetrics", value, "spacy_factories").load() is component.make


def test_an_installed_package_needs_no_import():
    if "qualmetrics" not in {point.name for point in entry_points(group="spacy_factories")}:
        pytest.skip("qualmetrics was installed before it had this entry point: pip install -e .")
    code = (
        "import spacy; nlp = spacy.blank('en'); nlp.add_pipe('sentencizer');"
        "nlp.add_pipe('qualmetrics', config={'metrics': ['words']}); print(nlp('A b.')._.words)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "2.0\n", done.stderr
