"""Encoder bundles: tokens and states of the toy by hand, and bundles that are damaged."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from qualmetrics.core import Rows
from qualmetrics.encoder import Encoder, Policy, Vectors, load_encoder
from qualmetrics.encoder import bundle as encoder_bundle
from qualmetrics.errors import (
    BundleError,
    InputError,
    MissingExtraError,
    ProviderError,
)
from tests.encoder.toys import TABLE, write_bundle

CUT = Policy("cut", 8)


# -- tokens ---------------------------------------------------------------------------------------


def test_ids_stand_between_the_special_tokens(toy: Encoder) -> None:
    (encoded,) = toy.tokenize(["a b nix"], policy=CUT)
    assert encoded.ids.tolist() == [1, 3, 4, 0, 2]


def test_special_tokens_are_marked(toy: Encoder) -> None:
    (encoded,) = toy.tokenize(["a b"], policy=CUT)
    assert encoded.special.tolist() == [True, False, False, True]


def test_offsets_count_characters(toy: Encoder) -> None:
    (encoded,) = toy.tokenize(["🙂 a  b"], policy=CUT)
    assert encoded.offsets.tolist() == [[0, 0], [0, 1], [2, 3], [5, 6], [0, 0]]


def test_a_text_longer_than_the_policy_is_truncated(toy: Encoder) -> None:
    exact, longer = toy.tokenize(["a b c d e f", "a b c d e f a"], policy=CUT)
    assert (exact.truncated, longer.truncated) == (False, True)


def test_head_and_tail_keep_the_offsets_of_what_they_read(toy: Encoder) -> None:
    (encoded,) = toy.tokenize(["a b c d e f"], policy=Policy("head+tail", 5))
    assert encoded.offsets.tolist() == [[0, 0], [0, 1], [2, 3], [10, 11], [0, 0]]


def test_half_a_surrogate_pair_reads_as_the_replacement_character(minilm: Encoder) -> None:
    half, replaced = minilm.tokenize(["x \ud800 y", "x \ufffd y"], policy=CUT)
    assert half.ids.tolist() == replaced.ids.tolist()


def test_cutting_agrees_with_the_library_s_own_truncation(minilm: Encoder) -> None:
    import tokenizers

    text = "Unbelievably, the [MASK] committee's re-evaluation was short-lived. " * 9
    other = tokenizers.Tokenizer.from_file(minilm.file("tokenizer.json")[0])
    other.enable_truncation(64)
    (encoded,) = minilm.tokenize([text], policy=Policy("cut", 64))
    assert encoded.ids.tolist() == other.encode(text).ids


# -- states ---------------------------------------------------------------------------------------


def test_layer_0_of_the_toy_is_the_table(toy: Encoder) -> None:
    states = toy.states(np.array([[1, 5, 2]]), np.ones((1, 3)), 0)
    np.testing.assert_array_equal(states[0], TABLE[[1, 5, 2]])


def test_the_table_can_be_read_without_running_the_graph(toy: Encoder) -> None:
    np.testing.assert_array_equal(toy.table(), TABLE)


def test_the_table_is_shared_and_read_only(toy: Encoder) -> None:
    with pytest.raises(ValueError, match="read-only"):
        toy.table()[0] = 1


def test_padding_changes_no_state(toy: Encoder) -> None:
    padded = toy.states(np.array([[1, 5, 2, 7]]), np.array([[1, 1, 1, 0]]), 1)
    alone = toy.states(np.array([[1, 5, 2]]), np.ones((1, 3)), 1)
    np.testing.assert_array_equal(padded[0, :3], alone[0])


def test_a_layer_that_is_not_there_is_refused(toy: Encoder) -> None:
    with pytest.raises(InputError, match="layers 0 to 1, not 2"):
        toy.states(np.array([[1]]), np.ones((1, 1)), 2)


def test_a_policy_beyond_the_encoder_s_positions_is_refused(toy: Encoder) -> None:
    with pytest.raises(InputError, match="at most 16 tokens"):
        toy.tokenize(["a"], policy=Policy("cut", 17))


# -- finding and checking -------------------------------------------------------------------------


def test_the_signature_part_names_the_encoder_and_its_digest(toy: Encoder) -> None:
    assert toy.part == f"encoder:toy/{toy.sha256[:8]}"


def test_a_folder_without_a_bundle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"holds no encoder\.json"):
        load_encoder(tmp_path)


@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json"])
def test_an_altered_file_is_refused(toy_folder: Path, tmp_path: Path, file: str) -> None:
    folder = shutil.copytree(toy_folder, tmp_path / "altered")
    with (folder / file).open("ab") as changed:
        changed.write(b" ")
    encoder = load_encoder(folder)
    with pytest.raises(BundleError, match=f"{file} was altered"):
        _use(encoder)


@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json"])
def test_a_missing_file_is_refused(toy_folder: Path, tmp_path: Path, file: str) -> None:
    folder = shutil.copytree(toy_folder, tmp_path / "missing")
    (folder / file).unlink()
    with pytest.raises(BundleError, match="cannot read"):
        _use(load_encoder(folder))


def test_an_encoder_whose_description_changed_is_refused(toy_folder: Path, tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / "toy")
    encoder = load_encoder(folder)
    encoder_bundle._describe.cache_clear()
    write_bundle(folder, width=3)
    with pytest.raises(BundleError, match=r"encoder\.json was altered"):
        _ = encoder.width


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"format": "other/1"}, "has format 'other/1'"), ({"files": None}, "incomplete")],
)
def test_a_description_of_another_form_is_refused(
    tmp_path: Path, changes: dict, message: str
) -> None:
    folder = write_bundle(tmp_path / "toy", **changes)
    if changes.get("files", 0) is None:
        data = json.loads((folder / "encoder.json").read_text())
        del data["files"]
        (folder / "encoder.json").write_text(json.dumps(data))
    with pytest.raises(BundleError, match=message):
        load_encoder(folder)


def test_a_graph_that_is_none_is_refused_though_its_digest_is_right(tmp_path: Path) -> None:
    import hashlib

    folder = write_bundle(tmp_path / "toy")
    (folder / "model.onnx").write_bytes(b"\x3a\x7fnothing of the kind")
    data = json.loads((folder / "encoder.json").read_text())
    data["files"]["model.onnx"] = hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()
    (folder / "encoder.json").write_text(json.dumps(data))
    with pytest.raises(BundleError, match="no graph that ONNX Runtime can open"):
        load_encoder(folder).states(np.array([[1]]), np.ones((1, 1)), 0)


def test_a_provider_that_is_not_active_is_an_error(toy_folder: Path) -> None:
    import onnxruntime

    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this machine may have CUDA")
    encoder = load_encoder(toy_folder, providers=["CUDAExecutionProvider"])
    with pytest.raises(ProviderError, match="CUDAExecutionProvider, which is not active"):
        encoder.states(np.array([[1]]), np.ones((1, 1)), 0)


def test_the_environment_chooses_provider_and_threads(
    toy_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUALMETRICS_PROVIDERS", "CUDAExecutionProvider, CPUExecutionProvider")
    monkeypatch.setenv("QUALMETRICS_THREADS", "3")
    encoder = load_encoder(toy_folder)
    assert encoder.providers == ("CUDAExecutionProvider", "CPUExecutionProvider")
    assert encoder.threads == 3


def test_threads_that_are_no_number_are_refused(
    toy_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUALMETRICS_THREADS", "many")
    with pytest.raises(InputError, match="QUALMETRICS_THREADS"):
        load_encoder(toy_folder)


def test_the_shipped_encoder_that_is_not_installed_says_what_to_type(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **_: [])
    with pytest.raises(MissingExtraError, match=r"pip install 'qualmetrics\[models\]'"):
        load_encoder()


def test_a_bare_word_is_no_folder(
    toy_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(toy_folder, tmp_path / "word")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BundleError, match="no installed package carries"):
        load_encoder("word")


def test_a_word_with_a_slash_is_a_folder(
    toy_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(toy_folder, tmp_path / "word")
    monkeypatch.chdir(tmp_path)
    assert load_encoder("./word").name == "toy"


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(BundleError, match="no installed package carries an encoder called"):
        load_encoder("minilmm")


def test_without_tokenizers_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = load_encoder(write_bundle(tmp_path / "toy"))
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(MissingExtraError, match=r"qualmetrics\[onnx\]"):
        encoder.tokenize(["a"], policy=CUT)


def test_importing_and_loading_starts_no_library(toy_folder: Path) -> None:
    program = (
        "import sys; from qualmetrics.encoder import load_encoder; "
        f"load_encoder({str(toy_folder)!r}); "
        "print(*[n for n in ('onnxruntime', 'tokenizers', 'onnx', 'torch') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


def _use(encoder: Encoder) -> None:
    (encoded,) = encoder.tokenize(["a text that no other test reads"], policy=CUT)
    encoder.states(encoded.ids[None], np.ones((1, len(encoded.ids))), 0)


def test_a_description_of_another_width_is_an_error_and_no_status(
    toy_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "toy"
    shutil.copytree(toy_folder, folder)
    described = json.loads((folder / "encoder.json").read_text())
    described["width"] += 1
    (folder / "encoder.json").write_text(json.dumps(described))
    with pytest.raises(BundleError, match="inconsistent"):
        Vectors("text", load_encoder(folder), 0, policy=CUT).read(Rows(("a cat",)))
