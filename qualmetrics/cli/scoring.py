"""``score``: what is read, scored, written, and which exit code that makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

from qualmetrics.cli import FAILED, GATE_FAILED, OK
from qualmetrics.cli.beside import (
    Beside,
    check_beside,
    check_files,
    laid_beside,
    parameters,
    row_settings,
)
from qualmetrics.cli.judging import Check, Judge, Terms
from qualmetrics.cli.messages import fail, note, warn, warn_of_repeated
from qualmetrics.cli.progress import Progress
from qualmetrics.cli.rewarding import with_fields
from qualmetrics.cli.run_options import Options
from qualmetrics.cli.writers import READ_AS, Header, choose_format, opened
from qualmetrics.core import Scorer
from qualmetrics.corpus.metrics import default_metrics, resolve, split_names, takes
from qualmetrics.corpus.readers import Document, Reading, find, literal, read_found
from qualmetrics.corpus.scoring import ScoredBatch, score_documents
from qualmetrics.corpus.units import check_selection, completed, selected
from qualmetrics.errors import InputError
from qualmetrics.gates import CorpusGate, Gate, parse_any
from qualmetrics.planner import leaves
from qualmetrics.registry import ALIASES
from qualmetrics.reward.completion import Completion
from qualmetrics.reward.config import RewardConfig, load_reward
from qualmetrics.text.trees import RULES

if TYPE_CHECKING:
    from qualmetrics.corpus.cache import Cache

AnyGate = Gate | CorpusGate

SAID = 100
"""Lines of a kind on standard error; the rows that are written tell all."""


@dataclass(frozen=True)
class Request:
    """All that ``score`` was told."""

    paths: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    bundles: tuple[str, ...] = ()
    lang: str | None = None
    rules: str | None = None
    text_field: str = "text"
    id_field: str = "id"
    input_format: str = "auto"
    encoding: str = "auto"
    markup: str = "auto"
    output_format: str | None = None
    output: str | None = None
    gates: tuple[str, ...] = ()
    warn_gates: tuple[str, ...] = ()
    baseline: str | None = None
    write_baseline: str | None = None
    cache: str | None = None
    quiet: bool = False
    beside: Beside = field(default_factory=Beside)
    parameters: tuple[str, ...] = ()
    windows: str | None = None
    add: str | None = None
    options: Options = field(default_factory=Options)
    reward: str | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    """Parameters that were typed, not set in a file or left alone, and their flags."""


def score_paths(request: Request) -> int:
    """Score and write; return the exit code."""
    if request.add is not None:
        return _add(request)
    if not request.paths and not request.texts:
        raise InputError(
            "nothing to score; name files or folders, type - for standard input, or --text '...'"
        )
    form = choose_format(request.output_format, request.output)
    gates = _parsed(request)
    request, config = _with_reward(request)
    scorers = _scorers(request, [gate for gate, _ in gates], config)
    terms = _terms(request, gates, scorers)
    request = replace(request, markup=_markup(request.markup, scorers))
    reading = _reading(request, scorers)
    if form == "parquet":
        completion = None if config is None else config.completion
        return _score_corpus(request, scorers, reading, terms, completion)
    _check_plain(request.options)
    found = find(request.paths)
    if not request.quiet:
        warn_of_repeated(found)
    check_files(found.files, request.texts, reading, scorers)
    for _, problem in found.problems:
        fail(problem)
    if not found.files and not request.texts:
        return FAILED
    cache = _cache(request, reading, scorers)
    chosen = request.options
    signatures = {name: scorer.signature for name, scorer in scorers.items()}
    judge = terms.judge(
        signatures,
        markup=READ_AS.get(request.markup, request.markup),
        level=chosen.level,
        whole=chosen.sample >= 1 and chosen.limit is None,
    )
    watch = _Watch(judge, quiet=request.quiet, failed=bool(found.problems))
    with ExitStack() as stack:
        progress = stack.enter_context(Progress(len(found.files), quiet=request.quiet))

        def score(files: Sequence[str], texts: Sequence[str] = ()) -> Iterator[ScoredBatch]:
            documents = _documents(request, reading, config, files, texts)
            return score_documents(progress.watch(documents), scorers)

        batches = (
            score(found.files, request.texts)
            if cache is None
            else chain(cache.over(found.files, score), score((), request.texts))
        )
        header = Header(signatures, scorers, request.markup, judge)
        writer = stack.enter_context(opened(form, request.output, header))
        for batch in watch.over(batches):
            writer.write(batch)
    _end_cache(cache, len(found.files), quiet=request.quiet)
    return watch.end()


def _end_cache(cache: Cache | None, n_files: int, *, quiet: bool) -> None:
    if cache is not None:
        cache.trim()
        if not quiet:
            note(f"{cache.found:,} of {n_files:,} files came from {cache.folder}")


def _documents(
    request: Request,
    reading: Reading,
    config: RewardConfig | None,
    files: Sequence[str],
    texts: Sequence[str],
) -> Iterator[Document]:
    """Yield what is scored of files and texts."""
    documents: Iterable[Document] = chain(
        read_found(files, reading), literal(texts, markup=request.markup)
    )
    documents = laid_beside(documents, request.beside)
    if config is not None:
        documents = (completed(document, config.completion) for document in documents)
    chosen = request.options
    return selected(documents, level=chosen.level, sample=chosen.sample, limit=chosen.limit)


def _cache(request: Request, reading: Reading, scorers: Mapping[str, Scorer]) -> Cache | None:
    """Open the cache that was named, if any."""
    if request.cache is None:
        return None
    from qualmetrics import __version__
    from qualmetrics.corpus.cache import Cache

    other = {
        "--reward": request.reward,
        "--reference": request.beside.references,
        "--references": request.beside.file,
        "--limit": request.options.limit,
    }
    for flag, given in other.items():
        if given:
            raise InputError(
                f"{flag} does not go with --cache, which keeps what a file scores by itself"
            )
    options = {
        "reading": asdict(reading),
        "markup": READ_AS.get(request.markup, request.markup),
        "level": request.options.level,
        "sample": request.options.sample,
        "version": __version__,
    }
    cache = Cache(request.cache, scorers, options)
    cache.open()
    return cache


def _score_corpus(
    request: Request,
    scorers: dict[str, Scorer],
    reading: Reading,
    terms: Terms,
    completion: Completion | None,
) -> int:
    from qualmetrics.cli.adding import asked
    from qualmetrics.cli.running import score_corpus

    if request.cache is not None:
        raise InputError("--cache does not go with --format parquet: a run keeps what it scored")
    if request.output is None:
        raise InputError("--format parquet writes a folder; name one: -o DIR")
    if request.texts or request.beside.references or request.beside.file:
        raise InputError(
            "--text, --reference and --references do not go with --format parquet; name files, "
            "with references in their rows (--reference-field)"
        )
    return score_corpus(
        request.paths,
        request.output,
        scorers,
        reading,
        request.options,
        terms=terms,
        quiet=request.quiet,
        completion=completion,
        asked=asked(request),
    )


def _add(request: Request) -> int:
    from qualmetrics.cli.adding import as_the_run, fields
    from qualmetrics.cli.running import add_metrics
    from qualmetrics.corpus.runs import open_run

    if len(request.paths) != 1:
        raise InputError("--add takes the folder of one run: qualmetrics score --add fkgl RUN")
    _check_add(request)
    names, run = split_names((request.add or "",)), open_run(request.paths[0])
    request = as_the_run(request, names, run)
    scorers = _resolved(request, names)
    check_beside(request.beside, scorers)
    return add_metrics(
        request.paths[0],
        scorers,
        request.options,
        beside=fields(request.beside, scorers, run, quiet=request.quiet),
        gates=_parsed(request),
        baseline=request.baseline,
        written=request.write_baseline,
        quiet=request.quiet,
    )


GOES_WITH_ADD = frozenset(
    "paths add lang rules parameters windows column reference_field lang_field fail_if warn_if "
    "baseline write_baseline exit_zero quiet "
    "workers engine shard max_errors time_limit progress".split()
)
"""Parameters of ``score`` that ``--add`` takes; what a run was told of its rows stays."""


def _check_add(request: Request) -> None:
    for name, flag in request.typed.items():
        if name not in GOES_WITH_ADD:
            hint = {
                "metrics": "name all that are added in --add: --add smog,rix RUN",
                "resume": "the same command goes on where it was stopped",
            }.get(name, "the rows are those of the run, read as the run read them")
            raise InputError(f"{flag} does not go with --add: {hint}")


def _check_plain(options: Options) -> None:
    """Refuse what only a run into a folder can do."""
    asked = {
        "--resume": options.resume,
        "--new-run": options.new_run,
        "--shard": options.shard != "0/1",
        "--workers": options.workers is not None,
        "--engine": options.engine != "local",
        "--dry-run": options.dry_run,
        "--max-errors": options.max_errors is not None,
        "--with-text": options.with_text,
        "--float32": options.float32,
    }
    for flag, given in asked.items():
        if given:
            raise InputError(f"{flag} goes with a run: -o DIR --format parquet")
    check_selection(level=options.level, sample=options.sample, limit=options.limit)


def _with_reward(request: Request) -> tuple[Request, RewardConfig | None]:
    """Return the reward that was named, and the request with the fields that its file names."""
    if request.reward is None:
        return request, None
    config = load_reward(request.reward)
    return replace(request, beside=with_fields(request.beside, config)), config


def _scorers(
    request: Request, gates: Sequence[AnyGate], config: RewardConfig | None
) -> dict[str, Scorer]:
    wanted = split_names(request.metrics)
    if request.metrics and not wanted:
        raise InputError("-m names no metric; type for example: -m fkgl,fre")
    if not wanted and not request.bundles and config is None:
        of_rows = request.beside.language is not None
        wanted = default_metrics(request.lang or ("auto" if of_rows else "en"))
    named = (*wanted, *request.bundles)
    scorers = {} if config is None else {config.name: config.scorer}
    if named or config is None:
        scorers |= _resolved(request, named)
    canonical = {_canonical(name) for name in scorers}
    missing = [gate.name for gate in gates if _canonical(gate.name) not in canonical]
    if missing:
        scorers |= _resolved(replace(request, parameters=(), windows=None), dict.fromkeys(missing))
    return scorers


def _resolved(request: Request, names: Iterable[str]) -> dict[str, Scorer]:
    """Return scorers by what was typed, in the language that was asked for, or that of each row."""
    of_rows = request.beside.language is not None
    for flag, value in (("--lang", request.lang), ("--rules", request.rules)):
        if of_rows and value is not None:
            raise InputError(f"{flag} is one for all rows, and --lang-field one for each; choose")
    names = tuple(names)
    return resolve(
        names,
        lang=request.lang,
        rules=request.rules,
        parameters=parameters(request.parameters) | _policy(request.windows, names),
        languages=of_rows,
    )


WINDOWS = {"all": "windows", "first": "cut", "bme": "begin+middle+end"}
"""What ``--windows`` takes, and the policy of encoders that it means."""


def _policy(windows: str | None, names: Sequence[str]) -> dict[str, str]:
    """Return the parameter that ``--windows`` sets."""
    if windows is None:
        return {}
    if windows not in WINDOWS:
        raise InputError(f"--windows takes one of {', '.join(WINDOWS)}; got {windows!r}")
    if not any("policy" in takes(name) for name in names):
        raise InputError(
            f"--windows is for metrics with an encoder, and none is named ({', '.join(names)}); "
            "all others read the whole text"
        )
    return {"policy": WINDOWS[windows]}


def _reading(request: Request, scorers: Mapping[str, Scorer]) -> Reading:
    check_beside(request.beside, scorers)
    return Reading(
        text_field=request.text_field,
        id_field=request.id_field,
        markup=request.markup,
        input_format=request.input_format,
        encoding=request.encoding,
        **row_settings(request.beside, scorers),
    )


def _markup(markup: str, scorers: Mapping[str, Scorer]) -> str:
    """Return how texts are read: as they are, where every scorer looks at their tags."""
    of_tags = [
        name
        for name, scorer in scorers.items()
        if any(part in RULES.values() for leaf in leaves(scorer) for part in leaf.parts)
    ]
    if not of_tags or markup == "none":
        return markup
    if markup == "auto" and len(of_tags) == len(scorers):
        return "none"
    raise InputError(
        f"{of_tags[0]} looks at tags, and --markup {markup} takes them out before it sees a text. "
        "Type --markup none, or score it in a command of its own"
    )


def _canonical(name: str) -> str:
    return ALIASES.get(name, name)


def _parsed(request: Request) -> list[tuple[AnyGate, bool]]:
    """Return the gates that were typed, each with whether it only warns."""
    given = [(text, False) for text in request.gates] + [(t, True) for t in request.warn_gates]
    return [(parse_any(part), warns) for text, warns in given for part in text.split(",")]


def _terms(
    request: Request, gates: Iterable[tuple[AnyGate, bool]], scorers: Mapping[str, Scorer]
) -> Terms:
    """Pair each gate with the metric it looks at: they may use another name of the same scorer."""
    columns = {_canonical(name): name for name in scorers}
    checks = (Check(gate, columns[_canonical(gate.name)], warns) for gate, warns in gates)
    terms = Terms(tuple(checks), request.baseline, request.write_baseline)
    terms.check()
    return terms


def _where(document: Document) -> str:
    place = document.place or document.id
    return place if document.id in place else f"{place} ({document.id})"


class _Watch:
    """Looks at batches as they pass: says what was wrong, holds the gates, keeps the exit code."""

    def __init__(self, judge: Judge, *, quiet: bool, failed: bool) -> None:
        self.judge = judge
        self.quiet = quiet
        self.failed = failed
        self.lines: list[tuple[str, str]] = []
        self.said: Counter[Callable[[str], None]] = Counter()

    def over(self, batches: Iterable[ScoredBatch]) -> Iterator[ScoredBatch]:
        """Pass batches on."""
        for batch in batches:
            for document, verdicts in zip(batch.documents, self.judge.of(batch), strict=True):
                self._mention(document)
                self.lines += [(v.level, f"{_where(document)}: {v}") for v in verdicts]
            yield batch

    def _mention(self, document: Document) -> None:
        if document.problem:
            self.failed = True
            self._say(fail, f"{document.place}: {document.problem}")
        elif document.warning and not self.quiet:
            self._say(warn, f"{document.place}: {document.warning}")

    def _say(self, say: Callable[[str], None], line: str) -> None:
        """Say it, but what is wrong with every row of a million not as often."""
        self.said[say] += 1
        if self.said[say] <= SAID:
            say(line)

    def end(self) -> int:
        """Name what does not pass, after the results, and return the exit code.

        2 where something could not be read, 1 where a gate failed, else 0.
        """
        for say, times in self.said.items():
            if times > SAID:
                say(f"... and {times - SAID:,} more; --format json, jsonl and csv name them all")
        failed = self.judge.end(self.lines, quiet=self.quiet, complete=not self.failed)
        return FAILED if self.failed else GATE_FAILED if failed else OK
