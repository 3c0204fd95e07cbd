"""The table of columns in docs/counting.md is the registry's."""

from pathlib import Path

from qualmetrics.text.columns import columns

PAGE = Path(__file__).parents[2] / "docs" / "counting.md"


def table() -> str:
    """Return the table: a column a line, by the first paragraph of its description."""
    lines = ["| column | what it counts | |", "|---|---|---|"]
    for column in columns().values():
        first = " ".join(column.description.split("\n\n")[0].split()).replace("|", "\\|")
        lines.append(f"| `{column.name}` | {first} | {'English' if column.english_only else ''} |")
    return "\n".join(lines) + "\n"


def test_the_table_of_columns_is_the_registry() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.split("<!-- columns -->\n\n")[1] == table()
