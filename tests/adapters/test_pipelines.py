"""Scorers in the pipelines of others: each keeps every document, and the values are ours."""

import json
import pickle
import runpy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import qualmetrics as qm
from qualmetrics.adapters.datatrove import ScoreStep
from qualmetrics.corpus.metrics import resolve
from qualmetrics.errors import InputError, QualmetricsError

EXAMPLES = Path(__file__).parents[2] / "examples"
TEXTS = ["The cat sat on the mat.", "", "Notwithstanding any indemnification, it expires."]


@dataclass
class Document:
    """What datatrove hands on, so far as a step sees it."""

    text: str
    id: str
    metadata: dict[str, Any] = field(default_factory=dict)


def test_a_step_of_datatrove_puts_values_into_the_metadata_and_drops_nothing() -> None:
    documents = [Document(text, str(i)) for i, text in enumerate(TEXTS)]
    step = pickle.loads(pickle.dumps(ScoreStep(resolve(["fkgl"]), batch_size=2)))  # noqa: S301 - our own
    found = list(step(iter(documents), 0, 1))
    assert found == documents
    values = qm.get("fkgl")(TEXTS).primary.tolist()
    assert [d.metadata["fkgl"] for d in found] == [values[0], None, values[2]]
    assert [d.metadata.get("fkgl.status") for d in found] == [None, "empty", None]


def test_a_step_reads_references_and_columns_from_the_metadata() -> None:
    step = ScoreStep({"near": qm.get("edit_similarity"), "copied": qm.get("copy_fraction")})
    told = {"references": ["The cat.", "Another."], "prompt": "Where is the cat?"}
    (found,) = step([Document(TEXTS[0], "0", dict(told))])
    near = qm.get("edit_similarity")([TEXTS[0]], [told["references"]]).primary[0]
    copied = qm.get("copy_fraction")([TEXTS[0]], columns={"prompt": [told["prompt"]]}).primary[0]
    assert (found.metadata["near.edit_similarity"], found.metadata["copied.copy_fraction"]) == (
        near,
        copied,
    )
    with pytest.raises(InputError, match="0 has no references"):
        list(step([Document(TEXTS[0], "0", {"prompt": ""})]))


def test_a_stage_of_nemo_curator_says_what_to_install() -> None:
    from qualmetrics.adapters.nemo_curator import score_stage

    try:
        import nemo_curator  # noqa: F401
    except ImportError:
        with pytest.raises(QualmetricsError, match="pip install nemo-curator"):
            score_stage(resolve(["fkgl"]))
        return
    pytest.skip("NeMo Curator is here")


@pytest.mark.full
def test_a_stage_of_nemo_curator_adds_columns() -> None:
    tasks = pytest.importorskip("nemo_curator.tasks")
    import pyarrow as pa

    from qualmetrics.adapters.nemo_curator import score_stage

    stage = score_stage(resolve(["fkgl"]))
    batch = tasks.DocumentBatch(dataset_name="d", data=pa.table({"text": TEXTS, "n": [1, 2, 3]}))
    (found,) = stage.process_batch([batch])
    assert found.data.column_names == ["text", "n", "fkgl", "fkgl.status"] == [
        "text", "n", *stage.outputs()[1]
    ]  # fmt: skip
    assert found.data["fkgl"][0].as_py() == qm.get("fkgl")(TEXTS).primary[0]


@pytest.mark.full
def test_the_example_of_datatrove_keeps_the_four_easy_texts(tmp_path: Path) -> None:
    pytest.importorskip("datatrove")
    pytest.importorskip("orjson")
    main = runpy.run_path(str(EXAMPLES / "corpora" / "datatrove_pipeline.py"))["main"]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_bytes((EXAMPLES / "graded.jsonl").read_bytes())
    main(str(tmp_path / "in"), str(tmp_path / "out"))
    lines = (tmp_path / "out" / "00000.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == [f"bridge-{i}" for i in (1, 2, 3, 4)]


@pytest.mark.full
def test_the_example_of_datasets_saves_every_row(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    main = runpy.run_path(str(EXAMPLES / "corpora" / "datasets_map.py"))["main"]
    main(str(EXAMPLES / "graded.jsonl"), str(tmp_path / "out"))
    found = datasets.load_from_disk(str(tmp_path / "out"))
    texts = [row["text"] for row in map(json.loads, (EXAMPLES / "graded.jsonl").open("rb"))]
    assert found["fkgl"][:] == qm.get("fkgl")(texts).primary.tolist()
