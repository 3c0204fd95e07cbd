"""The commands and their options; what they do is in the file of each."""

from __future__ import annotations

from typing import Annotated, Any

import typer

app = typer.Typer(
    add_completion=True,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # Help made by Rich takes longer to import than everything else a short run needs.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:
    if value:
        from qualmetrics import __version__

        typer.echo(f"qualmetrics {__version__}")
        raise typer.Exit


@app.callback()
def _settings(
    context: typer.Context,
    no_config: Annotated[
        bool, typer.Option("--no-config", help="Read no settings from files.")
    ] = False,
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print and leave.")
    ] = False,
) -> None:
    """Put a number on text quality.

    Exit codes: 0 all well, 1 a gate failed, 2 usage, settings, or something that cannot be read.
    Settings: flags, then QUALMETRICS_* in the environment, then [tool.qualmetrics] in the nearest
    pyproject.toml or qualmetrics.toml.
    """
    import os
    from pathlib import Path

    from qualmetrics.cli.config import defaults

    context.default_map = defaults(None if no_config else Path.cwd(), os.environ)


Lang = Annotated[
    str | None, typer.Option("--lang", help="Language of the texts: en, de, ... or auto.")
]
Rules = Annotated[str | None, typer.Option("--rules", help="Counting rules, such as textstat.")]
Markup = Annotated[
    str, typer.Option("--markup", help="auto (by file type), none, markdown or html.")
]


With = Annotated[
    list[str] | None,
    typer.Option("--with", help="A parameter of the metrics that take it: layer=3, idf=idf.json."),
]


@app.command("list")
def list_command(
    as_json: Annotated[bool, typer.Option("--json", help="Every specification, as JSON.")] = False,
    family: Annotated[str | None, typer.Option("--family", help="Only this family.")] = None,
    lang: Annotated[str | None, typer.Option("--lang", help="Only for this language.")] = None,
) -> None:
    """List the scorers.

    With aliases, unit, direction, languages, tier (how well the source is verified), and needs.
    """
    from qualmetrics.cli.listing import list_scorers

    list_scorers(as_json=as_json, family=family, lang=lang)


@app.command("info")
def info_command(
    name: Annotated[str, typer.Argument(help="A name or an alias, such as fkgl.")],
    as_json: Annotated[bool, typer.Option("--json", help="The specification, as JSON.")] = False,
) -> None:
    """Tell all about one scorer."""
    from qualmetrics.cli.listing import show_scorer

    show_scorer(name, as_json=as_json)


@app.command("score")
def score_command(
    context: typer.Context,
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Files, folders, 'globs', or - for standard input.", metavar="PATH..."),
    ] = None,
    metrics: Annotated[
        list[str] | None,
        typer.Option(
            "-m", "--metrics", help="Names such as fkgl,fre; counts such as words; bundle folders."
        ),
    ] = None,
    text: Annotated[
        list[str] | None, typer.Option("--text", help="Score this text itself.")
    ] = None,
    lang: Lang = None,
    rules: Rules = None,
    bundle: Annotated[
        list[str] | None, typer.Option("--bundle", help="Also score with this exported bundle.")
    ] = None,
    text_field: Annotated[
        str, typer.Option("--text-field", help="The field of a row that holds the text.")
    ] = "text",
    id_field: Annotated[
        str, typer.Option("--id-field", help="The field of a row that names it.")
    ] = "id",
    lang_field: Annotated[
        str | None,
        typer.Option(help="The field of a row that names its language: each is scored in its own."),
    ] = None,
    reference: Annotated[
        list[str] | None,
        typer.Option("--reference", help="Compare all texts with this one; repeat for several."),
    ] = None,
    references: Annotated[
        str | None,
        typer.Option("--references", help="File of references, one a line or row, in order."),
    ] = None,
    reference_field: Annotated[
        list[str] | None,
        typer.Option(
            "--reference-field",
            help="The field of a row that holds references, a string or several.",
            show_default="reference",
        ),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", help="Where a column is that a metric reads: prompt=FIELD."),
    ] = None,
    parameters: With = None,
    windows: Annotated[
        str | None,
        typer.Option(help="What encoders read of long texts: all, first, or bme (three windows)."),
    ] = None,
    reward: Annotated[
        str | None, typer.Option("--reward", help="Also score with this reward: .yaml .toml .json.")
    ] = None,
    input_format: Annotated[
        str,
        typer.Option(
            "--input-format", help="auto (by file type), text, jsonl, csv, parquet, arrow."
        ),
    ] = "auto",
    encoding: Annotated[
        str,
        typer.Option(
            help="Of text and rows: auto (by mark, else UTF-8), guess, or a name: cp1252, utf-16."
        ),
    ] = "auto",
    markup: Markup = "auto",
    output_format: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="table, json, jsonl, csv, markdown, github, sarif, junit; or parquet: a run.",
            show_default="table",
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "-o", "--output", help="Write to this file; its suffix names the format. Or a folder."
        ),
    ] = None,
    fail_if: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-if",
            help='A gate: exit code 1. On each text "fkgl>9"; on all "p90(fkgl)>12", '
            '"mean(fre)<50", "share(fkgl>9)>0.1".',
        ),
    ] = None,
    warn_if: Annotated[
        list[str] | None,
        typer.Option("--warn-if", help="A gate that only warns, in the grammar of --fail-if."),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option("--baseline", help="What is in this file fails --fail-if only where worse."),
    ] = None,
    write_baseline: Annotated[
        str | None,
        typer.Option("--write-baseline", help="Write what fails --fail-if today to this file."),
    ] = None,
    cache: Annotated[
        str | None,
        typer.Option("--cache", help="A folder: files that are as they were are not scored again."),
    ] = None,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Report failed gates, but exit with 0.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("-q", "--quiet", help="No warnings, no progress; errors stay.")
    ] = False,
    level: Annotated[
        str, typer.Option("--level", help="What a row is: document, paragraph, sentence or line.")
    ] = "document",
    limit: Annotated[int | None, typer.Option("--limit", help="Only the first rows.")] = None,
    sample: Annotated[
        float, typer.Option("--sample", help="Only a share of the documents, always the same.")
    ] = 1.0,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=0, help="Run: processes.", show_default="one a core"),
    ] = None,
    engine: Annotated[str, typer.Option("--engine", help="Run: local or ray.")] = "local",
    resume: Annotated[
        bool, typer.Option("--resume", help="Run: insist that there is one to go on with.")
    ] = False,
    new_run: Annotated[
        bool, typer.Option("--new-run", help="Run: throw away the one that is there.")
    ] = False,
    shard: Annotated[
        str, typer.Option("--shard", help="Run: only part i of N, i from 0, such as 0/8.")
    ] = "0/1",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Run: show the plan.")] = False,
    max_errors: Annotated[
        str | None,
        typer.Option("--max-errors", help="Run: exit with 2 above so many bad rows, or x%."),
    ] = None,
    time_limit: Annotated[
        float | None,
        typer.Option(
            "--time-limit",
            min=0,
            help="Run: seconds for one document, 0 for no limit.",
            show_default="10; 120 with an encoder",
        ),
    ] = None,
    with_text: Annotated[
        bool, typer.Option("--with-text", help="Run: keep the texts beside their scores.")
    ] = False,
    float32: Annotated[
        bool, typer.Option("--float32", help="Run: values in half the space.")
    ] = False,
    progress: Annotated[
        str, typer.Option("--progress", help="Run: auto, json (a line a split) or off.")
    ] = "auto",
    add: Annotated[
        str | None,
        typer.Option("--add", help="One more metric for a finished run: --add smog RUN."),
    ] = None,
) -> None:
    """Score files, folders or rows.

    Reads .txt .md .html, rows of .jsonl .csv .parquet .arrow, .gz and .zst of these; folders are
    searched. Metrics that compare with references read the field 'reference' of rows, --references
    or --reference. With --format parquet -o DIR it is a run: many processes, and what is stopped
    goes on where it was.
    """
    from qualmetrics.cli.beside import Beside
    from qualmetrics.cli.run_options import Options
    from qualmetrics.cli.scoring import Request, score_paths

    request = Request(
        paths=tuple(paths or ()),
        texts=tuple(text or ()),
        metrics=tuple(metrics or ()),
        bundles=tuple(bundle or ()),
        lang=lang,
        rules=rules,
        text_field=text_field,
        id_field=id_field,
        input_format=input_format,
        encoding=encoding,
        markup=markup,
        output_format=output_format,
        output=output,
        gates=tuple(fail_if or ()),
        warn_gates=tuple(warn_if or ()),
        baseline=baseline,
        write_baseline=write_baseline,
        cache=cache,
        quiet=quiet,
        beside=Beside(
            tuple(reference or ()),
            references,
            tuple(reference_field or ()),
            tuple(column or ()),
            lang_field,
        ),
        parameters=tuple(parameters or ()),
        windows=windows,
        add=add,
        options=Options(
            workers=workers,
            engine=engine,
            resume=resume,
            new_run=new_run,
            shard=shard,
            limit=limit,
            sample=sample,
            level=level,
            dry_run=dry_run,
            progress=progress,
            max_errors=max_errors,
            time_limit=time_limit,
            with_text=with_text,
            float32=float32,
        ),
        reward=reward,
        typed=_typed(context),
    )
    code = score_paths(request)
    _leave(0 if exit_zero and code == 1 else code)


def _typed(context: typer.Context) -> dict[str, str]:
    """Return the parameters that were typed, with the longest of their flags."""
    flags = {p.name: max(p.opts, key=len) for p in context.command.params if p.name}
    return {
        name: flag
        for name, flag in flags.items()
        if getattr(context.get_parameter_source(name), "name", "") == "COMMANDLINE"
    }


runs = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Look into a run: a folder that score made."
)
app.add_typer(runs, name="run")
RunFolder = Annotated[str, typer.Argument(help="The folder of a run.", metavar="RUN")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


@runs.command("status")
def status_command(folder: RunFolder, as_json: AsJson = False) -> None:
    """Tell how far a run is."""
    from qualmetrics.cli.running import show_status

    _leave(show_status(folder, as_json=as_json))


@runs.command("errors")
def errors_command(
    folder: RunFolder,
    as_json: AsJson = False,
    most: Annotated[int, typer.Option("--limit", min=1, help="So many at most.")] = 1000,
) -> None:
    """Name the rows that could not be read or scored, and why."""
    from qualmetrics.cli.running import show_errors

    _leave(show_errors(folder, as_json=as_json, most=most))


@runs.command("verify")
def verify_command(
    folder: RunFolder,
    full: Annotated[
        bool, typer.Option("--full", help="Score the input again, and compare every value.")
    ] = False,
    sample: Annotated[
        int | None,
        typer.Option("--sample", min=1, help="With --full: about so many rows, always the same."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=0, help="With --full: processes.", show_default="one a core"),
    ] = None,
    time_limit: Annotated[
        float | None,
        typer.Option(
            "--time-limit",
            min=0,
            help="With --full: seconds for one document, as it was scored.",
            show_default="10; 120 with an encoder",
        ),
    ] = None,
) -> None:
    """Read every part of a run and check that each row is there once.

    With --full also that scoring again gives the same. Exit code 2 where something is missing,
    broken or different.
    """
    from qualmetrics.cli.running import check_run

    _leave(check_run(folder, full=full, sample=sample, workers=workers, time_limit=time_limit))


@app.command("filter")
def filter_command(
    folder: RunFolder,
    conditions: Annotated[
        list[str], typer.Option("--keep", help='What to keep, such as "fkgl<9"; all must hold.')
    ],
    output: Annotated[str, typer.Option("-o", "--output", help="A new folder.")],
) -> None:
    """Write the documents of a finished run that fulfil conditions, as they stood in the input."""
    from qualmetrics.cli.running import filter_run

    _leave(filter_run(folder, conditions, output))


@app.command("explain")
def explain_command(
    path: Annotated[str, typer.Argument(help="A file of one text, or - for standard input.")],
    metric: Annotated[
        str, typer.Option("-m", "--metric", help="One scorer.")
    ] = "flesch_kincaid_grade",
    lang: Lang = None,
    rules: Rules = None,
    markup: Markup = "auto",
    top: Annotated[int, typer.Option("--top", min=1, help="How many sentences and words.")] = 10,
    output_format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    reward: Annotated[
        str | None,
        typer.Option("--reward", help="Explain this reward over rows: .yaml .toml .json."),
    ] = None,
    group: Annotated[
        str, typer.Option("--group", help="With --reward: the field that a prompt's rows share.")
    ] = "prompt",
    text_field: Annotated[
        str, typer.Option("--text-field", help="With --reward: the field of the completion.")
    ] = "text",
) -> None:
    """Show what drives a score.

    The hardest sentences and words, with line:column, and their shares. With --reward: which of
    its terms drives the differences between completions of one prompt.
    """
    from qualmetrics.cli.explaining import explain_path

    if reward is not None:
        from qualmetrics.cli.rewarding import explain_reward
        from qualmetrics.reward.config import load_reward

        config = load_reward(reward)
        explain_reward(
            path, config, group=group, text_field=text_field, output_format=output_format
        )
        return
    explain_path(
        path, metric, lang=lang, rules=rules, markup=markup, top=top, output_format=output_format
    )


@app.command("export")
def export_command(
    name: Annotated[str, typer.Argument(help="A name or an alias, such as fkgl.")],
    output: Annotated[str, typer.Option("-o", "--output", help="Folder to write.")],
    lang: Lang = None,
    rules: Rules = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a bundle that is there.")
    ] = False,
    graph: Annotated[
        str | None, typer.Option(help="What the graph reads: values, ids or text (strings).")
    ] = None,
    parameters: With = None,
) -> None:
    """Export a scorer to ONNX.

    Writes a bundle folder and checks that both agree.
    """
    from qualmetrics.cli.exporting import export_scorer

    export_scorer(
        name,
        output,
        lang=lang,
        rules=rules,
        overwrite=overwrite,
        graph=graph,
        parameters=tuple(parameters or ()),
    )


@app.command("export-encoder")
def export_encoder_command(
    source: Annotated[str, typer.Argument(help="Hugging Face directory, or hub id.")],
    output: Annotated[str, typer.Option("-o", "--output", help="Folder to write.")],
    name: Annotated[str | None, typer.Option(help="What signatures call it.")] = None,
    layer: Annotated[int | None, typer.Option(help="Leave out the layers above.")] = None,
    revision: Annotated[str | None, typer.Option(help="Commit of a hub id, 40 digits.")] = None,
    int8: Annotated[bool, typer.Option("--int8", help="Quantise, per token.")] = False,
) -> None:
    """Export a text encoder to ONNX.

    Writes an encoder bundle after every layer agreed with torch. Needs the extra train.
    """
    from qualmetrics.cli.exporting import export_encoder_folder

    export_encoder_folder(source, output, name=name, layer=layer, revision=revision, int8=int8)


tables = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Make the tables that similarities read."
)
app.add_typer(tables, name="tables")
TextFiles = Annotated[
    list[str],
    typer.Argument(help="One text a line (.txt), or rows (.jsonl, .csv).", metavar="FILE..."),
]
TextField = Annotated[
    list[str] | None,
    typer.Option("--text-field", help="The field of rows.", show_default="text, reference"),
]
TableFile = Annotated[str, typer.Option("-o", "--output", help="The JSON file to write.")]


@tables.command("idf")
def idf_command(
    files: TextFiles,
    output: TableFile,
    encoder: Annotated[
        str, typer.Option("--encoder", help="Name or folder of an encoder: its tokens are counted.")
    ] = "minilm",
    text_field: TextField = None,
) -> None:
    """Weigh tokens by how rare they are in your references.

    Then: qualmetrics score ... -m bertscore --with idf=idf.json
    """
    from qualmetrics.cli.tables import make_idf

    make_idf(files, output, encoder=encoder, fields=tuple(text_field or ()))


@tables.command("baseline")
def baseline_command(
    files: TextFiles,
    output: TableFile,
    metric: Annotated[str, typer.Option("-m", "--metric", help="One similarity.")] = "bertscore",
    pairs: Annotated[int, typer.Option("--pairs", min=1, help="How many pairs are drawn.")] = 2000,
    seed: Annotated[int, typer.Option("--seed", help="Of the drawing.")] = 0,
    parameters: With = None,
    text_field: TextField = None,
) -> None:
    """Measure what random pairs of your texts score, for rescaling.

    Then: qualmetrics score ... -m bertscore --with baseline=baseline.json
    """
    from qualmetrics.cli.tables import make_baseline

    make_baseline(
        files,
        output,
        metric=metric,
        pairs=pairs,
        seed=seed,
        parameters=tuple(parameters or ()),
        fields=tuple(text_field or ()),
    )


@app.command("serve")
def serve_command(
    metrics: Annotated[
        list[str] | None,
        typer.Option("-m", "--metrics", help="Names such as fkgl,bertscore; bundle folders."),
    ] = None,
    config: Annotated[
        str | None, typer.Option("--config", help="A reward: .yaml, .toml or .json.")
    ] = None,
    lang: Lang = None,
    rules: Rules = None,
    host: Annotated[
        str | None,
        typer.Option(help="Address; any but loopback needs a token.", show_default="127.0.0.1"),
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="0 takes a free one.", show_default="8000")
    ] = None,
    token_file: Annotated[
        str | None, typer.Option(help="File with the token; or set QUALMETRICS_TOKEN.")
    ] = None,
    reward: Annotated[
        str | None,
        typer.Option(help="What /get_reward and /predict answer with.", show_default="the first"),
    ] = None,
    undefined: Annotated[
        float | None,
        typer.Option(help="What /get_reward gives for no value.", show_default="null"),
    ] = None,
    strip: Annotated[
        bool | None,
        typer.Option(help="Take prompt and special tokens off in /get_reward."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes that score.", show_default="1")
    ] = None,
    max_body: Annotated[
        int | None, typer.Option(help="Bytes of a request.", show_default="2000000")
    ] = None,
    max_items: Annotated[
        int | None, typer.Option(help="Texts of a request.", show_default="256")
    ] = None,
    max_characters: Annotated[
        int | None, typer.Option(help="Characters of a text.", show_default="100000")
    ] = None,
    max_queue: Annotated[
        int | None, typer.Option(help="Texts that wait; more are refused.", show_default="2048")
    ] = None,
    deadline: Annotated[
        float | None, typer.Option(help="Seconds until 504.", show_default="30")
    ] = None,
    exact: Annotated[
        bool | None,
        typer.Option(
            "--exact/--batched", help="Bit for bit the library, or neural scorers in batches."
        ),
    ] = None,
) -> None:
    """Serve scores over HTTP, with a page at /.

    Rewards for OpenRLHF, verl and TRL, TEI and KServe routes. Needs the extra serve.
    """
    from qualmetrics.cli.serving import serve_metrics

    settings = {
        "host": host,
        "port": port,
        "reward": reward,
        "undefined": undefined,
        "strip": strip,
        "workers": workers,
        "max_body": max_body,
        "max_items": max_items,
        "max_characters": max_characters,
        "max_queue": max_queue,
        "deadline": deadline,
        "exact": exact,
    }
    serve_metrics(
        tuple(metrics or ()),
        config=config,
        lang=lang,
        rules=rules,
        token_file=token_file,
        settings=settings,
    )


@app.command("train")
def train_command(
    files: Annotated[
        list[str],
        typer.Argument(help="Labelled texts: .jsonl, .csv, .tsv, .gz of these.", metavar="FILE..."),
    ],
    output: Annotated[str, typer.Option("-o", "--output", help="Folder to write the model to.")],
    backend: Annotated[
        str,
        typer.Option(help="features, static, transformer, cross-encoder or pair-regressor."),
    ] = "features",
    config: Annotated[
        str | None, typer.Option("--config", help="Settings, a .toml or .yaml file.")
    ] = None,
    dev: Annotated[
        list[str] | None, typer.Option("--dev", help="Development examples; may be repeated.")
    ] = None,
    dev_fraction: Annotated[
        float,
        typer.Option("--dev-fraction", help="Held out, by group, where there is no --dev file."),
    ] = 0.2,
    field: Annotated[
        list[str] | None,
        typer.Option("--field", help="Another field name, such as text=body or group=title."),
    ] = None,
    levels: Annotated[
        str | None, typer.Option("--levels", help="Names of levels, lowest first: easy,mid,hard.")
    ] = None,
    criteria: Annotated[
        str | None, typer.Option("--criteria", help="Fields of several ratings: depth,style.")
    ] = None,
    descending: Annotated[
        bool, typer.Option("--descending", help="High ratings mean low: ease, for difficulty.")
    ] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="One setting, such as name=my_ranker or pairs.min_gap=0.5."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a model that is there.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with an interrupted run.")
    ] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress.")] = False,
) -> None:
    """Train a ranker on pairs, ratings or levels.

    Writes a bundle folder that scores like any other, with its record and the draft of a card.
    """
    from qualmetrics.cli.training import Request, train_files

    train_files(
        Request(
            files=tuple(files),
            folder=output,
            backend=backend,
            config=config,
            dev=tuple(dev or ()),
            dev_fraction=dev_fraction,
            fields=tuple(field or ()),
            levels=levels,
            criteria=criteria,
            descending=descending,
            settings=tuple(settings or ()),
            overwrite=overwrite,
            resume=resume,
            quiet=quiet,
        )
    )


@app.command("evaluate")
def evaluate_command(
    files: Annotated[
        list[str],
        typer.Argument(help="Labelled texts, FILE or NAME=FILE: .jsonl .csv .tsv, .gz of these."),
    ],
    metrics: Annotated[
        list[str], typer.Option("-m", "--metrics", help="Names such as fkgl,fre; bundle folders.")
    ],
    baselines: Annotated[
        list[str] | None,
        typer.Option(help="What stands beside; '' for none.", show_default="three formulas"),
    ] = None,
    trained_on: Annotated[
        list[str] | None,
        typer.Option("--trained-on", help="SCORER=CORPUS: call these numbers in-corpus."),
    ] = None,
    max_words: Annotated[
        list[int] | None,
        typer.Option("--max-words", min=1, help="Also on texts cut to so many words; repeat."),
    ] = None,
    field: Annotated[
        list[str] | None,
        typer.Option("--field", help="Another field name, such as text=body or group=title."),
    ] = None,
    levels: Annotated[
        str | None, typer.Option("--levels", help="Names of levels, lowest first: easy,mid,hard.")
    ] = None,
    descending: Annotated[
        bool, typer.Option("--descending", help="High labels mean low: ease, for difficulty.")
    ] = False,
    increases_with: Annotated[
        str, typer.Option("--higher", help="What a high label means: difficulty, quality, ...")
    ] = "difficulty",
    lang: Annotated[str, typer.Option("--lang", help="Language of the texts.")] = "en",
    draws: Annotated[int, typer.Option(min=1, help="Resamples of each interval.")] = 1000,
    seed: Annotated[int, typer.Option(help="Of the resamples.")] = 0,
    output: Annotated[
        str | None, typer.Option("-o", "--output", help="Also write NAME.json and NAME.md.")
    ] = None,
) -> None:
    """Measure scorers on labelled texts.

    In-corpus, cross-corpus and baseline rows, bare length in every table. Needs the extra
    evaluation.
    """
    from qualmetrics.cli.evaluating import Request, evaluate_files

    evaluate_files(
        Request(
            files=tuple(files),
            metrics=tuple(metrics),
            baselines=None if baselines is None else tuple(baselines),
            trained_on=tuple(trained_on or ()),
            max_words=tuple(max_words or ()),
            fields=tuple(field or ()),
            levels=levels,
            descending=descending,
            increases_with=increases_with,
            lang=lang,
            draws=draws,
            seed=seed,
            output=output,
        )
    )


@app.command("audit")
def audit_command(
    names: Annotated[
        list[str],
        typer.Argument(
            help="A name, a bundle folder, reward.yaml, module:function, hf:FOLDER.",
            metavar="NAME...",
        ),
    ],
    pairs: Annotated[
        list[str],
        typer.Option(
            "--pairs",
            help="Rows of prompt, chosen, rejected; or of text, group, label: .jsonl .csv .tsv.",
        ),
    ],
    checks: Annotated[
        list[str] | None,
        typer.Option(
            "--checks", help="Only these, such as accuracy,degenerate.", show_default="all"
        ),
    ] = None,
    better: Annotated[
        str | None,
        typer.Option("--better", help="higher or lower.", show_default="as the scorer says"),
    ] = None,
    pairwise: Annotated[
        bool, typer.Option("--pairwise", help="It compares a text with a rival.")
    ] = False,
    field: Annotated[
        list[str] | None,
        typer.Option("--field", help="Another field name: chosen=better, text=body."),
    ] = None,
    covariate: Annotated[
        list[str] | None,
        typer.Option("--covariate", help="A field of numbers that the score should not follow."),
    ] = None,
    parameters: With = None,
    lang: Annotated[str, typer.Option("--lang", help="Of texts without a field lang.")] = "en",
    seed: Annotated[int, typer.Option(help="Of all that is drawn.")] = 0,
    draws: Annotated[int, typer.Option(min=1, help="Resamples of each interval.")] = 1000,
    sample: Annotated[
        int, typer.Option("--sample", min=2, help="Texts that are edited and scored again.")
    ] = 500,
    rate: Annotated[
        float, typer.Option("--rate", help="Share of letters or words that an edit touches.")
    ] = 0.05,
    gold: Annotated[
        str | None,
        typer.Option("--gold", help="A scorer for what is meant, in place of labels."),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option("--baseline", help="An audit as JSON: exit code 1 where anything got worse."),
    ] = None,
    output_format: Annotated[
        str | None,
        typer.Option(
            "--format", help="table, json, md or html.", show_default="table, or by the suffix"
        ),
    ] = None,
    output: Annotated[
        str | None, typer.Option("-o", "--output", help="Write to this file: .json .md .html.")
    ] = None,
) -> None:
    """Say what fools a scorer, and what it really measures.

    Typos, wrappers, typography, texts that answer nothing, length, order, and more: a verdict for
    each, with its interval. Several names stand side by side. Needs the extra evaluation.

    Checks: values accuracy people subsets languages styles degenerate confounder:length
    confounder:readability confounder:markdown confounder:position confounder:columns order
    transitivity severity ablation perturbations saturation spread calibration best_of_n top cues
    probing.

    Ends with 0; with 1 where --baseline is there and something got worse; with 2 for wrong input.
    """
    from qualmetrics.cli.auditing import Request, audit_scorers

    _leave(
        audit_scorers(
            Request(
                names=tuple(names),
                pairs=tuple(pairs),
                checks=tuple(checks or ()),
                better=better,
                pairwise=pairwise,
                fields=tuple(field or ()),
                covariates=tuple(covariate or ()),
                parameters=tuple(parameters or ()),
                lang=lang,
                seed=seed,
                draws=draws,
                sample=sample,
                rate=rate,
                gold=gold,
                baseline=baseline,
                output_format=output_format,
                output=output,
            )
        )
    )


@app.command("rank")
def rank_command(
    paths: Annotated[
        list[str],
        typer.Argument(help="Files, folders, 'globs', or - for standard input.", metavar="PATH..."),
    ],
    metric: Annotated[
        str, typer.Option("-m", "--metric", help="One scorer: a name, or a bundle folder.")
    ] = "readability",
    lang: Lang = None,
    markup: Markup = "auto",
    text_field: Annotated[
        str, typer.Option("--text-field", help="The field of a row that holds the text.")
    ] = "text",
    output_format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
) -> None:
    """Put texts in order, hardest first.

    With the probability that each is harder than the next, where the scorer is a ranker.
    """
    from qualmetrics.cli.ranking import rank_paths

    _leave(
        rank_paths(
            paths,
            metric,
            lang=lang,
            markup=markup,
            text_field=text_field,
            output_format=output_format,
        )
    )


@app.command("select")
def select_command(
    files: Annotated[
        list[str], typer.Argument(help="Rows: .jsonl .csv .tsv, .gz of these.", metavar="FILE...")
    ],
    budget: Annotated[
        float, typer.Option("--budget", help="How many rows, or how much of --size-field.")
    ],
    metric: Annotated[
        str | None, typer.Option("-m", "--metric", help="Scorer: a name, or a bundle folder.")
    ] = None,
    score_field: Annotated[
        str | None, typer.Option("--score-field", help="The field that holds a score already.")
    ] = None,
    lowest: Annotated[bool, typer.Option("--lowest", help="Prefer low scores.")] = False,
    text_field: Annotated[
        str, typer.Option("--text-field", help="The field of a row that holds the text.")
    ] = "text",
    size_field: Annotated[
        str | None, typer.Option("--size-field", help="What the budget counts, such as n_tokens.")
    ] = None,
    domain_field: Annotated[
        str | None, typer.Option("--domain-field", help="Each domain gets its share.")
    ] = None,
    temperature: Annotated[
        float, typer.Option(min=0.0, help="0 takes the best; higher is more even.")
    ] = 0.0,
    standardise: Annotated[
        bool, typer.Option(help="Divide scores by their spread before the temperature.")
    ] = True,
    lang: Lang = None,
    seed: Annotated[int, typer.Option(help="Of the random choice.")] = 0,
    output: Annotated[
        str | None, typer.Option("-o", "--output", help="Write to this .jsonl file.")
    ] = None,
) -> None:
    """Choose rows by score under a budget.

    The best, or at random without replacement, in proportion to exp(score / temperature).
    """
    from qualmetrics.cli.selecting import Request, select_rows

    _leave(
        select_rows(
            Request(
                files=tuple(files),
                budget=budget,
                metric=metric,
                score_field=score_field,
                lowest=lowest,
                text_field=text_field,
                size_field=size_field,
                domain_field=domain_field,
                temperature=temperature,
                standardise=standardise,
                lang=lang,
                seed=seed,
                output=output,
            )
        )
    )


Where = Annotated[
    list[str] | None,
    typer.Option("--where", help='Only documents such as "fkgl>9"; all must hold.'),
]


@app.command("report")
def report_command(
    source: Annotated[
        str, typer.Argument(help="A .jsonl or .json of score, a .parquet, or a run's folder.")
    ],
    output: Annotated[str, typer.Option("-o", "--output", help="HTML file.")] = "report.html",
    metrics: Annotated[
        list[str] | None, typer.Option("-m", "--metrics", help="Columns; all unless told.")
    ] = None,
    gates: Annotated[
        list[str] | None,
        typer.Option("--gate", help='Limit to show, such as "fkgl>9"; source for the usual ones.'),
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", help="Column, or field of the rows, to group by.")
    ] = None,
    where: Where = None,
    texts: Annotated[
        list[str] | None, typer.Option("--texts", help="What was scored, to show documents.")
    ] = None,
    text_field: Annotated[str, typer.Option("--text-field", help="Field of the text.")] = "text",
    id_field: Annotated[str, typer.Option("--id-field", help="Field of the id.")] = "id",
    markup: Markup = "auto",
    title: Annotated[str, typer.Option("--title", help="Heading.")] = "",
    examples: Annotated[int, typer.Option(min=0, help="Documents at each end.")] = 5,
    lang: Annotated[str, typer.Option("--lang", help="Language sentences are graded in.")] = "en",
    pictures: Annotated[
        str | None, typer.Option("--pictures", help="Folder for the charts, as files.")
    ] = None,
    picture_format: Annotated[str, typer.Option("--picture-format", help="png or svg.")] = "png",
) -> None:
    """Make an HTML report of scores.

    One file with everything inside: distributions, thresholds, correlation, groups, documents.
    """
    from qualmetrics.cli.reporting import Request, write_report

    write_report(
        Request(
            source=source,
            output=output,
            title=title,
            metrics=tuple(metrics or ()),
            gates=tuple(gates or ()),
            by=by,
            texts=tuple(texts or ()),
            text_field=text_field,
            id_field=id_field,
            markup=markup,
            examples=examples,
            lang=lang,
            where=tuple(where or ()),
            pictures=pictures,
            picture_format=picture_format,
        )
    )


@app.command("compare")
def compare_command(
    first: Annotated[str, typer.Argument(help="Scores of one corpus, as for report.")],
    second: Annotated[str, typer.Argument(help="Scores of the other.")],
    output: Annotated[str | None, typer.Option("-o", "--output", help="HTML file.")] = None,
    metrics: Annotated[
        list[str] | None, typer.Option("-m", "--metrics", help="Columns; all unless told.")
    ] = None,
    output_format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    draws: Annotated[int, typer.Option(min=1, help="Resamples of each mean.")] = 1000,
    seed: Annotated[int, typer.Option(help="Of the resamples.")] = 0,
    where: Where = None,
) -> None:
    """Compare the scores of two corpora.

    Means, differences with bootstrap intervals, effect sizes; paired where the ids are the same.
    """
    from qualmetrics.cli.reporting import compare_runs

    compare_runs(
        first,
        second,
        output=output,
        metrics=metrics or (),
        output_format=output_format,
        draws=draws,
        seed=seed,
        where=where or (),
    )


@app.command("threshold")
def threshold_command(
    source: Annotated[str, typer.Argument(help="Scores, as for report.")],
    metric: Annotated[str, typer.Option("-m", "--metric", help="One column.")],
    drop: Annotated[
        str | None, typer.Option("--drop", help="What goes: > or < the limit; the bad end.")
    ] = None,
    keep: Annotated[
        float | None, typer.Option("--keep", help="Share of all documents that is to stay.")
    ] = None,
    output_format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    where: Where = None,
) -> None:
    """Help to choose a threshold.

    The share of documents and characters kept, by limit.
    """
    from qualmetrics.cli.reporting import show_threshold

    show_threshold(
        source,
        metric,
        drop=drop,
        keep=keep,
        output_format=output_format,
        where=where or (),
    )


def _leave(code: int) -> None:
    if code:
        raise typer.Exit(code)


__all__: list[Any] = ["app"]
