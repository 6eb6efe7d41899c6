"""Write docs/reference/ from the code: tables, playbook, sources, project, commands, errors.

`python docs/generate.py` writes every page. With `--check` it writes nothing, names the pages that are out of
date and exits with 1 if there are any.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from unisono.cli import app
from unisono.collector import description
from unisono.errors import CODES, EngineError, LedgerError, PlaybookError, SourceError, StoreError, UsageError
from unisono.ingest.spec import Sources
from unisono.playbook import Playbook, json_schema
from unisono.project import Settings
from unisono.tables import CONSENT_STATUSES, CUSTOMER_KINDS, EVENTS, GATES, TABLES, TWINS, Column, Table

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "reference"
NOTE = "<!-- Written by docs/generate.py. Change the code it is made from, then run it again. -->"
WIDTH = 100  # of the help texts, whatever the terminal
Schema = Mapping[str, Any]

FAMILIES = {
    "UN1": PlaybookError,
    "UN2": SourceError,
    "UN3": EngineError,
    "UN4": StoreError,
    "UN5": UsageError,
    "UN6": LedgerError,
}
WORDS = {
    tuple(event.name for event in EVENTS): "one of the [events](#events)",
    GATES: "one of the [gates](#gates)",
}


def pages() -> dict[str, str]:
    """Return the text of every page by its path under docs/reference/."""
    schemas = {
        "playbook": json_schema(),
        "sources": Sources.model_json_schema(),
        "project": Settings.model_json_schema(),
    }
    playbook = "The files in `playbook/`. Any file may hold any of the sections; a section lives in one file."
    project = "The file `unisono.yaml`, which makes a folder a project."
    return {
        "tables.md": tables_page(),
        "playbook.md": schema_page("Playbook", playbook, Playbook.model_json_schema(), "Sections"),
        "sources.md": schema_page(
            "Sources", "The file `sources.yaml`.", schemas["sources"], "The whole file"
        ),
        "project.md": schema_page("Project", project, schemas["project"], "The whole file"),
        "cli.md": cli_page(),
        "errors.md": errors_page(),
    } | {
        f"schema/{name}.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for name, schema in {**schemas, "collector": description()}.items()
    }


def page(title: str, *parts: str) -> str:
    """Return a page: note, title and parts with a blank line between."""
    return "\n\n".join([NOTE, f"# {title}", *parts]) + "\n"


def grid(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; columns without any entry are left out."""
    body = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    used = [place for place in range(len(header)) if any(row[place] for row in body)]
    lines = [[header[place] for place in used], ["---"] * len(used)]
    lines += [[row[place] for place in used] for row in body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def first_line(documented: object) -> str:
    """Return the first sentence of a docstring."""
    return (inspect.getdoc(documented) or "").partition("\n")[0]


# Tables


def tables_page() -> str:
    """Return the contract as a page, stage by stage in the order of the loop."""
    intro = (
        "Every table a run writes, as the code declares it in `src/unisono/tables/`. Names ending in `_at` are "
        "instants in UTC, in `_on` dates, in `_id` identifiers. A column may be empty only where the table says so. "
        "`unisono tables show TABLE` prints the same with the first rows of your run."
    )
    stages = list(dict.fromkeys(table.made_by for table in TABLES.values()))
    parts = [intro, words_section()]
    for stage in stages:
        parts += [f"## Made by {stage}", first_line(import_module(f"unisono.{stage}"))]
        parts += [table_section(table) for table in TABLES.values() if table.made_by == stage]
    return page("Tables", *parts)


def words_section() -> str:
    """Return the vocabulary: events, gates, kinds, consent standings."""
    events = grid(
        ["event", "contact", "response", "meaning"],
        [
            (f"`{e.name}`", "yes" if e.is_contact else "", "yes" if e.is_response else "", e.meaning)
            for e in EVENTS
        ],
    )
    return "\n\n".join(
        [
            "## Words",
            "### Events",
            "What a touchpoint may be. *Contact*: the company reached out; it counts as pressure and as a trial. "
            "*Response*: the customer did something with it; it counts as a success.",
            events,
            "### Gates",
            "In the order they are asked; the first that stops a candidate is kept: "
            + ", ".join(f"`{gate}`" for gate in GATES)
            + ".",
            "### Kinds and consent",
            f"Customer kinds: {code_list(CUSTOMER_KINDS)}. Consent standings: {code_list(CONSENT_STATUSES)}.",
        ]
    )


def table_section(table: Table) -> str:
    """Return one table: what a row is, its key, what makes it, its columns."""
    sql = sql_file(table)
    made = f" Made by [`{table.made_by}/{sql.name}`](../../{sql.relative_to(ROOT).as_posix()})."
    facts = f"One row: {table.row}. Key: {code_list(table.key)}.{made if sql.exists() else ''}"
    if table.like:
        return f"### {table.name}\n\n{facts} Columns: those of [{table.like}](#{table.like})."
    return f"### {table.name}\n\n{facts}\n\n" + grid(
        ["column", "type", "unit", "may be empty", "meaning"],
        [
            (f"`{c.name}`", c.type, c.unit, "yes" if c.nullable else "", column_meaning(c))
            for c in table.columns
        ],
    )


def sql_file(table: Table) -> Path:
    """Return the SQL file that makes a table, or the one it is the medical twin of."""
    plain = {twin: name for name, twin in TWINS.items()}
    own = ROOT / "src" / "unisono" / table.made_by / f"{table.name}.sql"
    return own if own.exists() else own.with_name(f"{plain.get(table.name, table.name)}.sql")


def column_meaning(column: Column) -> str:
    """Return the meaning of a column with its allowed words, least number and default."""
    parts = [column.meaning]
    if column.values:
        parts.append(WORDS.get(column.values) or f"one of {code_list(column.values)}")
    if column.minimum is not None:
        parts.append(f"at least {column.minimum:g}")
    if column.default is not None:
        parts.append(f"default `{column.default}`")
    return "; ".join(parts)


def code_list(words: Iterable[str]) -> str:
    """Return words as code, separated by commas."""
    return ", ".join(f"`{word}`" for word in words)


# YAML files


def schema_page(title: str, intro: str, schema: Schema, root: str) -> str:
    """Return a JSON Schema as a page: the root first, then every model it reaches."""
    editors = (
        "An editor with the YAML language server checks and completes these keys: "
        f"`unisono schema {title.lower()}` prints the [JSON Schema](schema/{title.lower()}.json)."
    )
    parts = [intro, editors, f"## {root}", keys_table(schema)]
    for name in reached(schema, schema):
        model = schema["$defs"][name]
        parts += [f"## {name}", model.get("description", ""), keys_table(model)]
    return page(title, *(part for part in parts if part))


def reached(node: object, schema: Schema, seen: dict[str, None] | None = None) -> list[str]:
    """Return the names of the models a part of the schema refers to, in reading order."""
    found = {} if seen is None else seen
    children: Iterable[object] = ()
    if isinstance(node, Mapping):
        children = [value for key, value in node.items() if key != "$defs"]
        name = str(node.get("$ref", "")).rpartition("/")[2]
        if name and name not in found:
            found[name] = None
            reached(schema["$defs"][name], schema, found)
    elif isinstance(node, list):
        children = node
    for child in children:
        reached(child, schema, found)
    return list(found)


def keys_table(model: Schema) -> str:
    """Return the keys of one model."""
    required = set(model.get("required", ()))
    return grid(
        ["key", "value", "default", "meaning"],
        [
            (f"`{key}`", kind(entry), default(key, entry, required), entry.get("description", ""))
            for key, entry in model["properties"].items()
        ],
    )


def default(key: str, entry: Schema, required: set[str]) -> str:
    """Return what a key is if left out; 'required' if it may not be."""
    if key in required or "default" not in entry:
        return "required" if key in required else ""
    value = entry["default"]
    if "$ref" in entry:
        return "its own"
    return f"`{json.dumps(value, ensure_ascii=False)}`" if value or value in (0, False) else "none"


def kind(entry: Schema) -> str:
    """Return the type of a value in words."""
    if "$ref" in entry:
        name = entry["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in entry:
        return " or ".join(kind(option) for option in entry["anyOf"] if option.get("type") != "null")
    if "enum" in entry:
        return " or ".join(f"`{word}`" for word in entry["enum"])
    if entry.get("type") == "array":
        return f"list of {kind(entry['items'])}"
    if entry.get("type") == "object":
        names = entry.get("propertyNames", {})
        values = entry.get("additionalProperties") or next(iter(entry["patternProperties"].values()))
        return f"{kind(names) if 'enum' in names else 'name'} -> {kind(values)}"
    return simple_kind(entry)


def simple_kind(entry: Schema) -> str:
    """Return the type of a text, number or date with its limits."""
    if entry.get("format") == "date":
        return "date"
    words = {"string": "text", "integer": "whole number", "number": "number", "boolean": "`true` or `false`"}
    limits = {
        "minimum": "at least {:g}",
        "exclusiveMinimum": "above {:g}",
        "maximum": "at most {:g}",
        "exclusiveMaximum": "below {:g}",
    }
    given = [text.format(entry[limit]) for limit, text in limits.items() if limit in entry]
    return ", ".join([words.get(entry.get("type", ""), "anything"), *given])


# Commands and errors


def cli_page() -> str:
    """Return the help of every command, as the terminal shows it."""
    intro = "What `--help` prints. Commands that take `[DIR]` work on the project in the current folder without it."
    root = click.Context(app, info_name="unisono", terminal_width=WIDTH, **app.context_settings)
    return page("Commands", intro, *(section for section in commands(app, root)))


def commands(command: click.Command, context: click.Context) -> Iterator[str]:
    """Yield one section per command, groups before what is in them."""
    depth = "#" * (2 + context.command_path.count(" ") // 2)
    yield f"{depth} {context.command_path}\n\n```text\n{command.get_help(context)}\n```"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield from commands(inner, click.Context(inner, parent=context, info_name=name))


def errors_page() -> str:
    """Return every error code with its meaning, by family."""
    intro = (
        "Every error names what is wrong, where (file, line and column where there is a file) and how to fix it. "
        "The command line prints it without a traceback and exits with 2. The codes do not change."
    )
    parts = [intro]
    for prefix, family in FAMILIES.items():
        parts += [f"## {prefix}xxx", f"`{family.__name__}`: {first_line(family)}"]
        parts += [
            f"### {code}\n\n{sentence(meaning)}"
            for code, meaning in sorted(CODES.items())
            if code[:3] == prefix
        ]
    return page("Errors", *parts)


def sentence(words: str) -> str:
    """Return words as a sentence."""
    return f"{words[0].upper()}{words[1:]}."


def stale(target: Path = TARGET) -> list[str]:
    """Return the pages under `target` that are missing, differ from the code, or belong to nothing."""
    wanted = pages()
    there = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    differing = [
        name
        for name, text in wanted.items()
        if name not in there or (target / name).read_text(encoding="utf-8") != text
    ]
    return sorted([*differing, *(there - set(wanted))])


def write(target: Path = TARGET) -> None:
    """Write every page."""
    for name, text in pages().items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        old = stale()
        sys.stdout.writelines(f"docs/reference/{name} is out of date\n" for name in old)
        sys.exit(f"{len(old)} pages differ; run: python docs/generate.py" if old else 0)
    write()
