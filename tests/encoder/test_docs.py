"""The page about encoders shows what runs and names what is there."""

import io
import re
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from qualmetrics.encoder import Encoder

PAGE = (Path(__file__).parents[2] / "docs" / "encoders.md").read_text(encoding="utf-8")


def test_the_first_example_runs(minilm: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qualmetrics.encoder.load_encoder", lambda name: minilm)
    (code,) = [c for c in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "not run" not in c]
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(code, {})  # noqa: S102 - the page's own example
    assert float(printed.getvalue()) == pytest.approx(0.7, abs=0.1)


def test_the_signature_on_the_page_is_that_of_the_shipped_encoder(minilm: Encoder) -> None:
    assert minilm.part in PAGE


def test_the_card_names_the_files_that_are_shipped(minilm: Encoder) -> None:
    card = (Path(minilm.folder) / "card.md").read_text(encoding="utf-8")
    for named in (minilm.part, *(minilm.file(f)[1] for f in ("model.onnx", "tokenizer.json"))):
        assert named in card
