"""A scorer without shares of its own is explained by leaving sentences out."""

import numpy as np
import pytest

from qualmetrics.core import Scorer, Spec
from qualmetrics.errors import InputError
from qualmetrics.explain import explain
from qualmetrics.text.inputs import Counts


def words(arrays):
    return np.asarray(arrays["words"])[:, None]


SCORER = Scorer(
    Spec(name="n_words", increases_with="quantity"), (Counts("en/1", ("words",)),), words
)


def test_a_share_is_what_the_value_loses_without_the_sentence():
    found = explain(SCORER, "It rains. We all stay in.")
    assert [span.contribution for span in found.sentences] == [2.0, 4.0]
    assert [span.text for span in found.sentences] == ["It rains.", "We all stay in."]
    assert (found.value, found.rest) == (6.0, 0.0)


def test_one_sentence_alone_has_no_share():
    found = explain(SCORER, "It rains.")
    assert [span.contribution for span in found.sentences] == [None]


def test_what_is_undefined_says_so():
    assert explain(SCORER, "").note == "the score is undefined (empty)"


def test_a_reference_is_refused():
    with pytest.raises(InputError, match="takes no reference"):
        explain(SCORER, "It rains.", reference="It pours.")
