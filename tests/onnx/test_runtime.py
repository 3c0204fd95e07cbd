"""Sessions of the process: made once, safe with threads, after a fork and in a spawned child."""

import hashlib
import multiprocessing
import os
import sys
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from qualmetrics.errors import BundleError, InputError, MissingExtraError, ProviderError
from qualmetrics.onnx import runtime
from qualmetrics.onnx.runtime import Graph
from qualmetrics.onnx.wire import initializer, prune
from tests.encoder.toys import TABLE, graph

FEEDS = {
    "input_ids": np.array([[1, 5, 2]]),
    "attention_mask": np.ones((1, 3), dtype=np.int64),
}
LAYER_1 = (TABLE[[1, 5, 2]] + TABLE[[1, 5, 2]].mean(axis=0)).tolist()


@pytest.fixture
def toy(tmp_path: Path) -> Graph:
    path = tmp_path / "model.onnx"
    path.write_bytes(graph().SerializeToString())
    return Graph(str(path), hashlib.sha256(path.read_bytes()).hexdigest(), ("layer_1",))


def run(given: Graph) -> list:
    return given.run("layer_1", FEEDS)[0].tolist()


def send(given: Graph, pipe: object) -> None:
    pipe.send((os.getpid(), run(given)))  # type: ignore[attr-defined]


# -- processes and threads ------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_child_process_runs_the_graph_that_its_parent_has_open(toy: Graph, method: str) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {method} on this system")
    assert run(toy) == LAYER_1
    context = multiprocessing.get_context(method)
    ours, theirs = context.Pipe(duplex=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # forking beside threads: on purpose
        child = context.Process(target=send, args=(toy, theirs))
        child.start()
    theirs.close()
    assert ours.poll(60), "the child hangs"
    pid, states = ours.recv()
    child.join(60)
    assert (pid == os.getpid(), states, child.exitcode) == (False, LAYER_1, 0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_child_forked_while_a_thread_holds_the_lock_does_not_hang(toy: Graph) -> None:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    with runtime._lock, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = context.Process(target=send, args=(toy, theirs))
        child.start()
    assert ours.poll(60), "the child hangs"
    assert ours.recv()[1] == LAYER_1
    child.join(60)


def test_eight_threads_share_one_session_and_one_result(
    toy: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Graph] = []
    real = runtime._open

    def counted(given: Graph) -> object:
        opened.append(given)
        return real(given)

    monkeypatch.setattr(runtime, "_open", counted)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(run, [toy] * 64))
    assert (results, len(opened)) == ([LAYER_1] * 64, 1)


def test_threads_of_an_operator_can_be_set(toy: Graph) -> None:
    two = Graph(toy.path, toy.sha256, toy.outputs, threads=2)
    options = runtime.session(two).get_session_options()
    assert options.intra_op_num_threads == 2


def test_one_thread_that_does_not_spin_is_the_default(toy: Graph) -> None:
    options = runtime.session(toy).get_session_options()
    spinning = options.get_session_config_entry("session.intra_op.allow_spinning")
    assert (options.intra_op_num_threads, spinning) == (1, "0")


# -- what is refused ------------------------------------------------------------------------------


def test_a_provider_that_is_not_there_is_an_error(toy: Graph) -> None:
    given = Graph(toy.path, toy.sha256, providers=("NoSuchExecutionProvider",))
    with pytest.raises(ProviderError, match="NoSuchExecutionProvider"):
        run(given)


def test_a_provider_that_the_library_lists_but_drops_is_an_error(
    toy: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What onnxruntime-gpu does where the driver is absent: it warns and runs on the CPU."""
    library = runtime.runtime()
    names = ["CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr(library, "get_available_providers", lambda: names)
    real = library.InferenceSession

    def without_cuda(model: bytes, options: object, providers: list) -> object:
        return real(model, options, providers=["CPUExecutionProvider"])

    monkeypatch.setattr(library, "InferenceSession", without_cuda)
    given = Graph(toy.path, toy.sha256, providers=("CUDAExecutionProvider",))
    with pytest.raises(ProviderError, match="CUDAExecutionProvider, which is not active"):
        run(given)


@pytest.mark.parametrize("change", [{"providers": ()}, {"threads": 0}])
def test_a_graph_that_cannot_be_run_is_refused_when_made(change: dict) -> None:
    with pytest.raises(InputError):
        Graph("model.onnx", "0" * 64, **change)


def test_an_altered_file_is_refused(toy: Graph) -> None:
    with pytest.raises(BundleError, match="was altered"):
        run(Graph(toy.path, "0" * 64))


def _cut(model: bytes) -> bytes:
    return model[: len(model) // 2]


def _noise(model: bytes) -> bytes:
    return np.random.default_rng(0).bytes(len(model))


@pytest.mark.parametrize("outputs", [(), ("layer_1",)])
@pytest.mark.parametrize("damage", [_cut, _noise, lambda model: b""])
def test_a_corrupted_file_is_refused(
    tmp_path: Path, damage: Callable[[bytes], bytes], outputs: tuple
) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(damage(graph().SerializeToString()))
    given = Graph(str(path), hashlib.sha256(path.read_bytes()).hexdigest(), outputs)
    with pytest.raises(BundleError):
        run(given)


def test_without_onnxruntime_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingExtraError, match=r"qualmetrics\[onnx\]"):
        run(Graph(str(tmp_path / "model.onnx"), "0" * 64))


# -- graphs that are cut --------------------------------------------------------------------------


def test_a_cut_graph_holds_the_nodes_of_its_output_and_no_others() -> None:
    import onnx

    cut = onnx.load_from_string(prune(graph().SerializeToString(), ["layer_0"]))
    assert [node.op_type for node in cut.graph.node] == ["Gather"]
    assert [item.name for item in cut.graph.initializer] == ["table"]
    assert [item.name for item in cut.graph.output] == ["layer_0"]
    onnx.checker.check_model(cut)


def test_a_graph_cut_at_all_its_outputs_is_the_same_graph() -> None:
    model = graph().SerializeToString()
    assert prune(model, ["layer_0", "layer_1"]) == model


def test_what_a_branch_reads_from_outside_is_kept() -> None:
    import onnx
    from onnx import TensorProto, helper

    number = helper.make_tensor_value_info("y", TensorProto.FLOAT, [])
    branches = {
        f"{name}_branch": helper.make_graph(
            [helper.make_node("Identity", [outer], [f"{name}_y"])],
            name,
            [],
            [helper.make_tensor_value_info(f"{name}_y", TensorProto.FLOAT, [])],
        )
        for name, outer in (("then", "x2"), ("else", "x"))
    }
    nodes = [
        helper.make_node("Add", ["x", "x"], ["x2"]),
        helper.make_node("If", ["c"], ["y"], **branches),
    ]
    inputs = [
        helper.make_tensor_value_info("x", TensorProto.FLOAT, []),
        helper.make_tensor_value_info("c", TensorProto.BOOL, []),
    ]
    model = helper.make_model(helper.make_graph(nodes, "g", inputs, [number]))
    kept = onnx.load_from_string(prune(model.SerializeToString(), ["y"]))
    assert [node.op_type for node in kept.graph.node] == ["Add", "If"]


def test_an_output_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="layer_7"):
        prune(graph().SerializeToString(), ["layer_7"])


def test_weights_are_read_without_the_onnx_package() -> None:
    np.testing.assert_array_equal(initializer(graph().SerializeToString(), "table"), TABLE)


def test_a_weight_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="no weight called 'nix'"):
        initializer(graph().SerializeToString(), "nix")
