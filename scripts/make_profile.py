"""Write qualmetrics/profile.py: the average counts of a plain English news article.

Usage: python scripts/make_profile.py --data ../shared/data

The mean of every count column over the intermediate level of OneStopEnglish (development part,
147 articles rewritten by teachers): facts about that corpus, none of its text. Explanations compare
English texts with it. Run it again when a rule of ``en`` changes a count.
"""

from __future__ import annotations

import argparse
import gzip
import json
from pathlib import Path

from qualmetrics.text import column_names, count

TARGET = Path(__file__).parent.parent / "qualmetrics" / "profile.py"
HEAD = '''"""The average counts of a plain English news article, to which explanations compare.

Made by scripts/make_profile.py: means over the {n} articles of the intermediate level of
OneStopEnglish (development part), under the rules {rules}.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PLAIN_NEWS: Final[Mapping[str, float]] = {{
'''


def profile(data: Path, rules: str = "en/1") -> tuple[dict[str, float], int]:
    """Return the mean of every column over the articles, rounded to a tenth, and their number."""
    path = data / "onestop_english" / "ose_docs.dev.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    texts = [row["text"] for row in rows if row["level"] == "int"]
    table = count(texts, column_names(), rules=rules)
    return {name: round(float(values.mean()), 1) for name, values in table.items()}, len(texts)


def main() -> None:
    """Write the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    means, n = profile(parser.parse_args().data)
    body = "".join(f'    "{name}": {value},\n' for name, value in means.items())
    TARGET.write_text(HEAD.format(n=n, rules="en/1") + body + "}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
