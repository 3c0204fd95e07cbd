"""Who imports whom: machinery imports no instance, nothing imports the CLI, heavy has one room."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2] / "qualmetrics"
INSTANCES = ("formulas", "features", "rankers", "similarities", "rewards", "adapters")
HEAVY = {
    "torch": {"training"},
    "transformers": {"training", "adapters"},
    "safetensors": {"training"},
    "sentence_transformers": {"training"},
    "sklearn": {"training"},
    "skl2onnx": {"training"},
    "scipy": {"training", "evaluation"},
    "onnx": {"onnx", "training"},
    "ndonnx": {"onnx"},
    "onnxruntime": {"onnx"},
    "typer": {"cli"},
    "rich": {"cli"},
    "py3langid": {"text"},
    "pyphen": {"text"},
    "spacy": {"text", "parsed", "compat"},
    "jinja2": {"report"},
    "resvg_py": {"report"},
    "markdown_it": {"text"},
    "charset_normalizer": {"text"},
    "fastapi": {"serve"},
    "starlette": {"serve"},
    "uvicorn": {"serve"},
    "prometheus_client": {"serve"},
    "httpx": {"serve"},
    "yaml": {"reward", "training"},
    "tokenizers": {"encoder", "onnx", "training"},
    "sacrebleu": {"similarities"},
    "pyarrow": {"adapters", "corpus", "report"},
    "zstandard": {"corpus"},
    "fsspec": {"corpus"},
    "ray": {"corpus"},
    "nemo_curator": {"adapters"},
    "rouge_score": {"similarities"},
}
"""Package -> the rooms that may name it."""


def imports() -> list[tuple[str, str, bool]]:
    """Return (file, imported module, whether at the top of the file) for the whole package."""
    found = []
    for path in ROOT.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        top = set(tree.body)
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            else:
                continue
            found += [(path.relative_to(ROOT).as_posix(), name, node in top) for name in names]
    return found


IMPORTS = imports()


def room(file: str) -> str:
    return file.split("/")[0].removesuffix(".py")


def test_machinery_imports_no_instance() -> None:
    prefixes = tuple(f"qualmetrics.{folder}" for folder in INSTANCES)
    wrong = {
        (file, name)
        for file, name, _ in IMPORTS
        if room(file) not in (*INSTANCES, "cli", "compat") and name.startswith(prefixes)
    }
    assert wrong == set()


def test_nothing_imports_the_command_line() -> None:
    wrong = {
        (file, name)
        for file, name, _ in IMPORTS
        if room(file) not in ("cli", "__main__") and name.startswith("qualmetrics.cli")
    }
    assert wrong == set()


def test_core_imports_only_machinery_below_it() -> None:
    below = {name for file, name, top in IMPORTS if file == "core.py" and top}
    assert {name for name in below if name.startswith("qualmetrics.")} <= {
        "qualmetrics.errors",
        *(name for name in below if name.startswith("qualmetrics.errors.")),
    }


def test_a_heavy_package_is_named_in_its_room_only() -> None:
    wrong = {
        (file, name)
        for file, name, _ in IMPORTS
        if name.split(".")[0] in HEAVY and room(file) not in HEAVY[name.split(".")[0]]
    }
    assert wrong == set()


def test_heavy_packages_are_imported_where_they_are_used() -> None:
    light = {"typer", "rich"}  # the command line is made of them, and imported by nobody
    wrong = {
        (file, name)
        for file, name, top in IMPORTS
        if top and name.split(".")[0] in set(HEAVY) - light
    }
    assert wrong == set()


def test_no_private_name_is_imported_from_another_module() -> None:
    wrong = {
        (file, name)
        for file, name, _ in IMPORTS
        if name.startswith("qualmetrics.") and name.split(".")[-1].startswith("_")
    }
    assert {(f, n) for f, n in wrong if not n.endswith("__")} == set()
