"""What the documents show is what happens, and their links lead somewhere."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLAYED = (
    "README.md",
    "docs/tutorial.md",
    "docs/adding-a-formula.md",
    "docs/audit.md",
    "docs/contract.md",
    "docs/evaluation.md",
    "docs/explain.md",
    "docs/features.md",
    "docs/onnx.md",
    "docs/over-optimisation.md",
    "docs/reports.md",
    "docs/preference-sets.md",
    "docs/rewards.md",
    "docs/spacy.md",
    "docs/structure.md",
    "docs/why-nan.md",
    "docs/word-weights.md",
)
NEEDS = (
    *("pandas", "polars", "pyarrow", "onnx", "ndonnx", "onnxruntime", "py3langid"),
    *("tokenizers", "qualmetrics_models", "jinja2", "scipy", "spacy", "yaml"),
)
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


@pytest.mark.parametrize("document", PLAYED)
def test_every_block_of_a_document_prints_what_stands_under_it(document: str) -> None:
    for package in NEEDS:
        pytest.importorskip(package)
    command = [sys.executable, str(Path(__file__).parent / "play.py"), str(ROOT / document)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    played = json.loads(done.stdout)
    written = {f"line {line}": text for line, text, _ in played}
    printed = {f"line {line}": text for line, _, text in played}
    assert printed == written


def test_a_document_that_is_played_has_blocks() -> None:
    bare = [name for name in PLAYED if "```" not in (ROOT / name).read_text(encoding="utf-8")]
    assert bare == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_link_leads_to_a_file_and_a_heading_that_are_there(page: Path) -> None:
    prose = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    targets = [found for found in LINK.findall(prose) if "://" not in found]
    assert [target for target in targets if not _leads(page, target)] == []


def _leads(page: Path, target: str) -> bool:
    name, _, heading = target.partition("#")
    path = (page.parent / name) if name else page
    if not path.exists():
        return False
    return not heading or heading in _anchors(path.read_text(encoding="utf-8"))


def _anchors(text: str) -> list[str]:
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]


def test_the_index_names_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert pages - set(re.findall(r"\]\(([\w-]+\.md)\)", index)) == set()


def test_no_document_holds_a_path_of_the_machine_it_was_written_on() -> None:
    folders = re.compile(r"/(tmp|work|root)/")
    assert [page.name for page in PAGES if folders.search(page.read_text("utf-8"))] == []


def test_the_pages_of_the_reference_are_what_the_specs_say() -> None:
    command = [sys.executable, "scripts/make_reference.py", "--check"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip().endswith("pages are as their specs say"), done.stdout + done.stderr
