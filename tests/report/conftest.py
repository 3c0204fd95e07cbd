"""Texts of three sources, and their scores."""

import pytest

import qualmetrics as qm

NAMES = ("fkgl", "fre", "lix", "mattr")
SOURCES = ("notes", "reports", "<b>odd</b>")


def document(i: int) -> str:
    clause = "the municipal committee reconsidered its preliminary recommendations, "
    return (
        f"The cat sat on mat {i}. It was {'very ' * (i % 4)}happy. " + (clause * (i % 7)) + "End."
    )


@pytest.fixture(scope="session")
def texts() -> list[str]:
    made = [document(i) for i in range(60)]
    return [
        *made,
        "",
        "... !!!",
        "</script><script>alert(1)</script> is the text. & it goes on <here>.",
    ]


@pytest.fixture(scope="session")
def scores(texts):
    return qm.score(texts, NAMES)


@pytest.fixture(scope="session")
def sources(texts) -> list[str]:
    return [SOURCES[i % 3] for i in range(len(texts))]
