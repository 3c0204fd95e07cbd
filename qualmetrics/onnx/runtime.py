"""Runs graphs on ONNX Runtime: sessions belong to the process, forwards are plain values.

Nothing is loaded at import. A session is made on the first call, once per process (also after a
fork), and shared by threads, which ONNX Runtime allows.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from qualmetrics.core import Arrays, Layout
from qualmetrics.errors import BundleError, InputError, MissingExtraError, ProviderError

CPU = ("CPUExecutionProvider",)
CUDA = ("CUDAExecutionProvider",)


@dataclass(frozen=True)
class Graph:
    """A graph file, and how it is run; a hashable value, whose session belongs to the process.

    ``sha256`` is checked before the file is first run. ``outputs`` cuts the graph to what these
    need; empty means all of it. ``threads`` work inside one operator: 1 is best where several
    processes share a machine, which is what a trainer's workers do.
    """

    path: str
    sha256: str
    outputs: tuple[str, ...] = ()
    providers: tuple[str, ...] = CPU
    threads: int = 1

    def __post_init__(self) -> None:
        if not self.providers:
            raise InputError("providers must name at least one, such as 'CPUExecutionProvider'")
        if self.threads < 1:
            raise InputError(f"threads must be at least 1; got {self.threads}")

    def run(self, output: str, feeds: Mapping[str, Any]) -> Any:
        """Return one output of the graph.

        Raises
        ------
        BundleError
            When the file is missing, altered, or no graph.
        ProviderError
            When a provider that was asked for is not active.
        """
        made = session(self)
        if self.providers[0] in CUDA:
            return _run_bound(made, output, feeds)
        return made.run([output], feeds)[0]


@dataclass(frozen=True)
class OnnxForward:
    """A graph file as the ``forward`` of a scorer: named arrays ``(n, ...)`` -> ``(n, k)``.

    ``layout`` says what the graph reads; ``sha256`` is checked before the file is first run.
    """

    path: str
    sha256: str
    layout: tuple[tuple[str, Layout], ...]
    output: str = "values"
    providers: tuple[str, ...] = CPU
    threads: int = 1

    def __call__(self, arrays: Arrays) -> Any:
        """Run the graph.

        Raises
        ------
        BundleError
            When the file is not the one that was exported.
        ProviderError
            When a provider that was asked for is not active.
        """
        feeds = {
            name: np.ascontiguousarray(np.asarray(arrays[name]), dtype=layout.dtype)
            for name, layout in self.layout
        }
        graph = Graph(self.path, self.sha256, providers=self.providers, threads=self.threads)
        return graph.run(self.output, feeds)


# -- sessions of the process ----------------------------------------------------------------------

_sessions: dict[tuple[int, Graph], Any] = {}
_lock = threading.Lock()


def _after_fork() -> None:
    # A session does not survive a fork: its threads are gone. The inherited ones stay in the
    # dictionary under the parent's process number, because closing them would wait for those
    # threads; and the lock may have been held by a thread that is not here.
    global _lock  # noqa: PLW0603 - a lock that another process's thread holds is of no use
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def session(graph: Graph) -> Any:
    """Return the process's session for a graph, made on first use."""
    key = (os.getpid(), graph)
    made = _sessions.get(key)
    if made is None:
        with _lock:
            made = _sessions.get(key)
            if made is None:
                made = _sessions[key] = _open(graph)
    return made


def _open(graph: Graph) -> Any:
    ort = runtime()
    model = read_checked(Path(graph.path), graph.sha256)
    missing = [p for p in graph.providers if p not in ort.get_available_providers()]
    if missing:
        raise ProviderError(_absent(missing, ort.get_available_providers()))
    try:
        if graph.outputs:
            from qualmetrics.onnx.wire import prune

            model = prune(model, graph.outputs)
        made = ort.InferenceSession(model, _options(ort, graph), providers=list(graph.providers))
    except Exception as error:  # its exceptions share no base class
        raise BundleError(
            f"{graph.path} is no graph that ONNX Runtime can open: {error}"
        ) from error
    inactive = [p for p in graph.providers if p not in made.get_providers()]
    if inactive or made.get_providers()[0] != graph.providers[0]:
        raise ProviderError(_absent(inactive or graph.providers[:1], made.get_providers()))
    return made


def _options(ort: Any, graph: Graph) -> Any:
    options = ort.SessionOptions()
    options.intra_op_num_threads = graph.threads
    options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return options


def _run_bound(made: Any, output: str, feeds: Mapping[str, Any]) -> Any:
    """Run on a GPU with the inputs copied there once; on a CPU this gains nothing."""
    binding = made.io_binding()
    for name, array in feeds.items():
        binding.bind_cpu_input(name, np.ascontiguousarray(array))
    binding.bind_output(output, "cpu")
    made.run_with_iobinding(binding)
    return binding.copy_outputs_to_cpu()[0]


def _absent(missing: Sequence[str], there: Sequence[str]) -> str:
    return (
        f"asked for {', '.join(missing)}, which is not active here; active: {', '.join(there)}. "
        "Ask for one of those, or install onnxruntime-gpu in place of onnxruntime"
    )


def read_checked(path: Path, sha256: str) -> bytes:
    """Return a file's bytes when its digest is the expected one."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BundleError(f"cannot read {path}: {error.strerror}") from error
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise BundleError(f"{path} was altered: sha256 is {found}, the bundle says {sha256}")
    return data


def runtime() -> Any:
    """Return the ``onnxruntime`` module, or say how to install it."""
    try:
        import onnxruntime
    except ImportError:
        raise MissingExtraError("onnxruntime", "onnx", "running a model") from None
    return onnxruntime
