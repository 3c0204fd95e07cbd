"""What the tests of the textstat drop-in share: clean settings, a dictionary for textstat."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from qualmetrics.compat import textstat


@pytest.fixture(autouse=True)
def _settings_of_its_own() -> Iterator[None]:
    """Give every test textstat's defaults, and take back what it sets."""
    shared = textstat.textstat._settings
    before = shared.defaults
    with shared.changed(textstat.Settings()):
        yield
    shared.defaults = before


@pytest.fixture(scope="session")
def nltk_folder(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack NLTK's dictionary, which textstat would download, into a folder of its own."""
    folder = tmp_path_factory.mktemp("nltk")
    with zipfile.ZipFile(data / "nltk_cmudict" / "cmudict.zip") as archive:
        archive.extractall(folder / "corpora")
    return folder
