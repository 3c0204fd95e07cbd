"""Progress of long work on standard error, on a terminal only, and only once it is long."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any

from qualmetrics.corpus.readers import Document

PATIENCE = 1.0
"""Seconds of work before anything is shown."""


class Progress:
    """Counts documents, and the files they come from, as they are read."""

    def __init__(self, n_files: int, *, quiet: bool) -> None:
        self.n_files = n_files
        self.shown = not quiet and sys.stderr.isatty()
        self.started = time.monotonic()
        self.bar: Any = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.stop()

    def watch(self, documents: Iterable[Document]) -> Iterator[Document]:
        """Pass documents on."""
        if not self.shown:
            yield from documents
            return
        n_done, path = 0, ""
        for n_documents, document in enumerate(documents, 1):
            n_done += document.path != path
            path = document.path
            if n_documents % 64 == 0 and time.monotonic() - self.started > PATIENCE:
                self._show(n_documents, n_done)
            yield document

    def _show(self, n_documents: int, n_files: int) -> None:
        if self.bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
            from rich.progress import Progress as Bar

            self.bar = Bar(
                TextColumn("{task.description}"),
                BarColumn(),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self.bar.add_task("scoring", total=self.n_files or None)
            self.bar.start()
        self.bar.update(
            self.bar.task_ids[0], completed=n_files, description=f"{n_documents:,} texts"
        )
