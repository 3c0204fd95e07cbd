"""Entry points as the package qualmetrics-models of this clone declares them."""

import importlib
import tomllib
from pathlib import Path

import pytest

MODELS = Path(__file__).parents[2] / "models"


@pytest.fixture
def declared(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this clone's bundles be found by name, in this process and in those it starts.

    An installed package may be older than the clone; the first one on the path counts.
    """
    project = tomllib.loads((MODELS / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    folder = tmp_path_factory.mktemp("site")
    about = folder / f"qualmetrics_models-{project['version']}.dist-info"
    about.mkdir()
    lines = [f"Name: {project['name']}", f"Version: {project['version']}"]
    (about / "METADATA").write_text("\n".join(["Metadata-Version: 2.1", *lines, ""]))
    points = [
        line
        for group, found in project["entry-points"].items()
        for line in (f"[{group}]", *(f"{name} = {value}" for name, value in found.items()))
    ]
    (about / "entry_points.txt").write_text("\n".join([*points, ""]))
    monkeypatch.syspath_prepend(str(folder))
    importlib.invalidate_caches()
