"""Runs graphs on ONNX Runtime: sessions belong to the process, forwards are plain values.

Nothing is loaded at import. A session is made on the first call, once per process (also after a
fork), and shared by threads, which ONNX Runtime allows.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from qualmetrics.core import Arrays, Layout
from qualmetrics.errors import BundleError, MissingExtraError, ProviderError

CPU = ("CPUExecutionProvider",)

_sessions: dict[tuple[Any, ...], Any] = {}
_lock = threading.Lock()


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
        return session(self).run([self.output], feeds)[0]


def session(forward: OnnxForward) -> Any:
    """Return the process's session for a graph, made on first use."""
    key = (os.getpid(), forward.path, forward.sha256, forward.providers, forward.threads)
    with _lock:
        if key not in _sessions:
            _sessions[key] = _open(forward)
        return _sessions[key]


def _open(forward: OnnxForward) -> Any:
    ort = runtime()
    model = read_checked(Path(forward.path), forward.sha256)
    missing = [p for p in forward.providers if p not in ort.get_available_providers()]
    if missing:
        raise ProviderError(_absent(missing, ort.get_available_providers()))
    options = ort.SessionOptions()
    options.intra_op_num_threads = forward.threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        made = ort.InferenceSession(model, options, providers=list(forward.providers))
    except Exception as error:  # its exceptions share no base class
        raise BundleError(
            f"{forward.path} is no graph that ONNX Runtime can open: {error}"
        ) from error
    inactive = [p for p in forward.providers if p not in made.get_providers()]
    if inactive:
        raise ProviderError(_absent(inactive, made.get_providers()))
    return made


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
        raise MissingExtraError("onnxruntime", "onnx", "running an exported scorer") from None
    return onnxruntime
