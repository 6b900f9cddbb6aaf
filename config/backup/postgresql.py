"""PostgreSQL's own tools: pg_dump out, pg_restore and psql back, in one transaction.

What was there before moves into a schema of another name until the site is migrated, and comes back where that fails.
A server that goes on meanwhile would save into what is thrown away, so that nobody else may be connected.
The settings of the connection go to the tools by their environment, so that no list of processes shows a password.
"""

import os
import shutil
import subprocess
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.apps import apps
from django.db import connection, connections, transaction
from django.db.migrations.recorder import MigrationRecorder

from articles.editions import Refused
from config import backup

PART = "database.pgdump"
BEFORE = "before_restore"  # the schema
TOOLS = ("pg_dump", "pg_restore", "psql")
LAST_LINES = 5
HANGING_UP = 5  # seconds that a connection may take to be gone once it is closed
OTHERS = """
    SELECT concat_ws(' ', usename, nullif(application_name, '')) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND usesysid IS NOT NULL
"""  # what PostgreSQL itself is at is nobody's


def tables() -> set[str]:
    return set(connection.introspection.table_names())


def dump(part: Path, progress) -> dict:
    """Copy the database as it is now, and count it at that same moment. Returns what it holds."""
    need_tools()
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        command = ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--verbose"]
        run([*command, f"--exclude-schema={BEFORE}", f"--snapshot={snapshot}", f"--file={part}"], progress)
        return held_now()


def held_now() -> dict:
    """The migrations that were applied, and how many rows each model has."""
    there = tables()
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.db_table in there]
    return {
        "migrations": sorted(MigrationRecorder(connection).applied_migrations()),
        "rows": {model._meta.label_lower: model._base_manager.count() for model in models},
    }


def check(part: Path, manifest: dict) -> None:
    """Raises Refused unless pg_restore can read the file to its end, and it has each table that was counted."""
    listed = run(["pg_restore", "--list", str(part)])
    held = {line.split()[-2] for line in listed if " TABLE DATA " in line}
    counted = {backup.table_of(label) for label in manifest["rows"]} - {None}
    if missing := counted - held:
        raise Refused(f"The database in the backup lacks {', '.join(sorted(missing))}.")
    run(["pg_restore", f"--file={os.devnull}", str(part)])


@contextmanager
def checked(held, progress) -> Iterator[Path]:
    """The backup's database as SQL. To make it, pg_restore has to read all of it."""
    need_tools()
    with TemporaryDirectory() as folder:
        part = held.extract(PART, Path(folder))
        check(part, held.manifest)
        script = part.with_suffix(".sql")
        progress("Reading the database ...")
        run(["pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(part)])
        part.unlink()
        yield script, held.manifest


@contextmanager
def in_place(found: tuple[Path, dict]) -> Iterator[None]:
    """Put the backup in the place of what is there, for what is done within; where that fails, the old comes back."""
    script, manifest = found
    schema = schema_now()
    let_go()
    refuse_while_in_use()
    sql([f"ALTER SCHEMA {schema} RENAME TO {BEFORE}", f"CREATE SCHEMA {schema}"], f"--file={script}")
    try:
        compare(manifest)
        yield
    except BaseException:
        let_go()
        sql([f"DROP SCHEMA {schema} CASCADE", f"ALTER SCHEMA {BEFORE} RENAME TO {schema}"])
        raise
    let_go()
    sql([f"DROP SCHEMA {BEFORE} CASCADE"])


def schema_now() -> str:
    """The schema with the site's tables. Raises Refused where an older one is left over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema()), to_regnamespace(%s) IS NOT NULL", [BEFORE])
        schema, is_left_over = cursor.fetchone()
    if is_left_over:
        says = "is left of a restore that was broken off. See whether you need it, and drop it."
        raise Refused(f"The schema {BEFORE} {says}")
    return schema


def refuse_while_in_use() -> None:
    """Raises Refused while anybody else is connected to the database."""
    ask = ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", f"--command={OTHERS}"]
    until = time.monotonic() + HANGING_UP
    while others := {line.strip() for line in run(ask)}:
        if time.monotonic() > until:
            raise Refused(f"The database is in use by {', '.join(sorted(others))}. Stop the server first.")
        time.sleep(0.1)


def compare(manifest: dict) -> None:
    now = held_now()
    rows = {label: count for label, count in manifest["rows"].items() if label in now["rows"]}
    if now["migrations"] != sorted(manifest["migrations"]) or not rows.items() <= now["rows"].items():
        raise Refused("The database in the backup is not the one that its manifest describes.")


def let_go() -> None:
    """Close what is open here: it remembers the tables that were."""
    connections.close_all()
    connection.close_pool()


def sql(statements: list[str], *more: str) -> None:
    """Run statements, and then what `more` names, in one transaction. It gives up where a table stays in use."""
    commands = [f"--command={statement}" for statement in ["SET lock_timeout = '30s'", *statements]]
    run(["psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", *commands, *more])


def need_tools() -> None:
    if missing := [tool for tool in TOOLS if not shutil.which(tool)]:
        says = "Install PostgreSQL's client programs, of the server's version or newer."
        raise Refused(f"{', '.join(missing)} cannot be found. {says}")


def run(command: list[str], progress=lambda message: None) -> list[str]:
    """Run a tool to its end and return its lines, while those on stderr say what it is at. Raises Refused with them."""
    last = deque(maxlen=LAST_LINES)
    with (
        TemporaryDirectory() as folder,
        Path(folder, "stdout").open("w+") as output,
        subprocess.Popen(command, env=environment(), stdout=output, stderr=subprocess.PIPE, text=True) as tool,  # noqa: S603
    ):
        for line in tool.stderr:
            last.append(line)
            if " contents of table " in line:
                progress(f"Database: {line.rpartition(' ')[2].strip().strip('"')}")
        tool.wait()
        output.seek(0)
        lines = output.readlines()
    if tool.returncode:
        raise Refused(f"{command[0]} failed. {''.join(last).strip()}")
    return lines


def environment() -> dict[str, str]:
    values = connection.settings_dict
    _, private = connection.client.settings_to_cmd_args_env(values, [])
    named = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGDATABASE": "NAME"}
    return os.environ | {name: str(values[key]) for name, key in named.items() if values[key]} | (private or {})
