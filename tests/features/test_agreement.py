"""The heuristics of curation hold datatrove's values, and decide as it does, on 1,000 documents.

With datatrove 0.10.1 and spaCy installed; ``benchmarks/heuristics.py`` prints the same in words,
and how far the tokenizer that needs neither is from it.
"""

import os

import pytest

NAMES = [
    *("gopher_quality@datatrove", "gopher_repetition@datatrove"),
    *("c4_quality@datatrove", "c4_paragraph@datatrove", "fineweb_quality@datatrove"),
]


@pytest.mark.full
@pytest.mark.parametrize("name", NAMES)
def test_values_and_decisions_are_those_of_datatrove(name: str) -> None:
    pytest.importorskip("datatrove")
    pytest.importorskip("spacy")
    if "QUALMETRICS_DATA" not in os.environ:
        pytest.skip("QUALMETRICS_DATA is not set")
    from benchmarks.heuristics import compare, documents, rules

    texts = documents()
    found = compare(name, texts, "spacy", rules()[name])
    assert len(texts) == 1000
    assert (dict(found.wrong), found.same_decision) == ({}, found.defined)
    assert found.held.total() > 800 or name.startswith("c4_paragraph")  # which has no argument
    assert found.defined > 980
