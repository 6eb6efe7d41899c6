"""The operational database: SQLite in the project's folder, or PostgreSQL by one URL; the same SQL on both."""

from __future__ import annotations

import re
import sqlite3
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from unisono.errors import LedgerError
from unisono.ledger.upgrade import upgrade

Values = Mapping[str, Any]
Row = dict[str, Any]

SCHEMA = Path(__file__).with_name("schema.ddl")
BUSY_SECONDS = 30.0  # how long a writer waits for another before it gives up
INSERT_ROWS = 1024  # of one statement, a power of two; SQLite allows 32,766 values in it
SQLITE = "sqlite:///"
POSTGRES = ("postgresql://", "postgres://")


class Transaction(Protocol):
    """Statements that hold together: all of them or none."""

    def execute(self, sql: str, values: Values | None = None) -> list[Row]:
        """Run one statement with `:name` values; return its rows, none where it has none."""

    def write(self, sql: str, rows: Sequence[Values]) -> int:
        """Run one statement for each of many rows; return how many rows it changed."""

    def in_turn(self) -> None:
        """Wait until no other transaction that asked for its turn is open: numbers are then in order of commits."""

    def insert(
        self,
        table: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[str | None]],
        *,
        once: Sequence[str] = (),
    ) -> int:
        """Add many rows of texts by few statements; return how many are new. The first column is never null.

        A row whose values in the columns `once` are in the table already, or in a row before it, is left out.
        """


class Database(ABC):
    """One database; every thread has its own connection. Raises LedgerError UN6001 to UN6003."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._local = threading.local()

    @abstractmethod
    def transaction(self) -> AbstractContextManager[Transaction]:
        """Begin a transaction that writes; commit it, durable, unless the body raises."""

    @abstractmethod
    def read(self, sql: str, values: Values | None = None) -> list[Row]:
        """Return the rows of one query."""

    @abstractmethod
    def each(self, name: str) -> str:
        """Return the SQL of a subquery of the texts in a list that is bound as JSON under a name."""

    @abstractmethod
    def columns(self, table: str) -> set[str]:
        """Return the names of a table's columns, none if there is no such table."""

    def close(self) -> None:
        """Close this thread's connection."""
        connection = self._local.__dict__.pop("connection", None)
        if connection is not None:
            connection.close()


class SqliteDatabase(Database):
    """SQLite with a write-ahead log, synchronised to disk at every commit."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.path = Path(url.removeprefix(SQLITE))

    @property
    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            self._local.connection = self._opened()
        connection: sqlite3.Connection = self._local.connection
        return connection

    def _opened(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
            connection.row_factory = sqlite3.Row
            for pragma in (
                "journal_mode = wal",
                "synchronous = full",
                "foreign_keys = on",
                "secure_delete = on",
            ):
                connection.execute(f"pragma {pragma}")
        except (OSError, sqlite3.Error) as error:
            raise _unopened(str(self.path), error) from error
        return connection

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """See `Database.transaction`."""
        connection = self._connection
        with _failing(sqlite3.Error, str(self.path)):
            connection.execute("begin immediate")
            try:
                yield _SqliteTransaction(connection)
                connection.execute("commit")
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("rollback")
                raise

    def read(self, sql: str, values: Values | None = None) -> list[Row]:
        """See `Database.read`."""
        with _failing(sqlite3.Error, str(self.path)):
            return _SqliteTransaction(self._connection).execute(sql, values)

    def each(self, name: str) -> str:
        """See `Database.each`."""
        return f"(select value from json_each(:{name}))"  # noqa: S608 - our name

    def columns(self, table: str) -> set[str]:
        """See `Database.columns`."""
        found = self.read("select name from pragma_table_info(:table)", {"table": table})
        return {row["name"] for row in found}


class _SqliteTransaction:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, values: Values | None = None) -> list[Row]:
        with closing(self._connection.execute(sql, values or {})) as cursor:
            return [dict(row) for row in cursor]

    def write(self, sql: str, rows: Sequence[Values]) -> int:
        with closing(self._connection.executemany(sql, rows)) as cursor:
            return cursor.rowcount

    def in_turn(self) -> None:
        """SQLite has one writer at a time anyway."""

    def insert(
        self,
        table: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[str | None]],
        *,
        once: Sequence[str] = (),
    ) -> int:
        new = 0
        for at in range(0, len(rows), INSERT_ROWS):
            some = rows[at : at + INSERT_ROWS]
            # Few lengths, so that SQLite parses few statements; one statement, so that Python's lock is seldom needed.
            length = 1 << (len(some) - 1).bit_length()
            values = [value for row in some for value in row] + [None] * (length - len(some)) * len(columns)
            sql = _sqlite_insert(table, tuple(columns), length, tuple(once))
            with closing(self._connection.execute(sql, values)) as cursor:
                new += cursor.rowcount
        return new


class PostgresDatabase(Database):
    """PostgreSQL by psycopg."""

    @property
    def _connection(self) -> Any:  # noqa: ANN401 - psycopg is imported only where it is used
        import psycopg

        connection = getattr(self._local, "connection", None)
        if connection is None or connection.closed:
            try:
                connection = psycopg.connect(
                    self.url, autocommit=True, row_factory=psycopg.rows.dict_row, connect_timeout=10
                )
                connection.execute(f"set lock_timeout = {BUSY_SECONDS * 1000:.0f}")
            except psycopg.Error as error:
                raise _unopened(_without_password(self.url), error) from error
            self._local.connection = connection
        return connection

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """See `Database.transaction`."""
        import psycopg

        connection = self._connection
        with _failing(psycopg.Error, _without_password(self.url)), connection.transaction():
            yield _PostgresTransaction(connection)

    def read(self, sql: str, values: Values | None = None) -> list[Row]:
        """See `Database.read`."""
        import psycopg

        with _failing(psycopg.Error, _without_password(self.url)):
            return _PostgresTransaction(self._connection).execute(sql, values)

    def each(self, name: str) -> str:
        """See `Database.each`."""
        return f"(select json_array_elements_text(cast(:{name} as json)))"

    def columns(self, table: str) -> set[str]:
        """See `Database.columns`."""
        found = self.read(
            "select column_name as name from information_schema.columns"
            " where table_schema = current_schema() and table_name = :table",
            {"table": table},
        )
        return {row["name"] for row in found}


class _PostgresTransaction:
    def __init__(self, connection: Any) -> None:  # noqa: ANN401 - see above
        self._connection = connection

    def execute(self, sql: str, values: Values | None = None) -> list[Row]:
        with self._connection.cursor() as cursor:
            cursor.execute(_pyformat(sql), values or {})
            return cursor.fetchall() if cursor.description else []

    def write(self, sql: str, rows: Sequence[Values]) -> int:
        with self._connection.cursor() as cursor:
            cursor.executemany(_pyformat(sql), rows)
            return int(cursor.rowcount)

    def in_turn(self) -> None:
        self.execute("select pg_advisory_xact_lock(861005)")

    def insert(
        self,
        table: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[str | None]],
        *,
        once: Sequence[str] = (),
    ) -> int:
        names = ", ".join(columns)
        with self._connection.cursor() as cursor:
            cursor.execute(_new_rows(table, names))
            with cursor.copy(f"copy new_{table} from stdin") as copy:
                for row in rows:
                    copy.write_row(row)
            cursor.execute(f"insert into {table} ({names}) select * from new_{table}{_unless(once)}")  # noqa: S608
            return int(cursor.rowcount)


def open_database(url: str) -> Database:
    """Open the database at `sqlite:///PATH` or `postgresql://...` and make the tables it lacks.

    Raises LedgerError UN6001 if it cannot be opened or the URL is of another kind.
    """
    if url.startswith(SQLITE):
        database: Database = SqliteDatabase(url)
        serial = "integer primary key autoincrement"
    elif url.startswith(POSTGRES):
        database = PostgresDatabase(url)
        serial = "bigint generated always as identity primary key"
    else:
        raise LedgerError(
            "UN6001",
            f"'{_without_password(url)}' is no database that Unisono knows",
            hint="write sqlite:///path/to/ledger.db or postgresql://user:password@host/name",
        )
    text = re.sub("--[^\n]*", "", SCHEMA.read_text(encoding="utf-8")).replace("serial primary key", serial)
    with database.transaction() as transaction:
        if not isinstance(database, SqliteDatabase):
            transaction.execute("select pg_advisory_xact_lock(861004)")  # two servers may start at once
        upgrade(database, transaction)
        for statement in filter(str.strip, text.split(";")):
            transaction.execute(statement)
    return database


def listed(values: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Return the text of a list of parameters for `in (...)`, and their values by name."""
    names = {f"in_{_letters(number)}": value for number, value in enumerate(values)}
    return ", ".join(f":{name}" for name in names), names


def _letters(number: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


@cache
def _sqlite_insert(table: str, columns: Sequence[str], length: int, once: Sequence[str]) -> str:
    row = f"({', '.join('?' * len(columns))})"
    filled = f"select * from (values {', '.join([row] * length)}) where column1 is not null"  # noqa: S608 - our names
    return f"insert into {table} ({', '.join(columns)}) {filled}{_unless(once)}"


@cache
def _new_rows(table: str, names: str) -> str:
    made = f"create temp table if not exists new_{table} on commit delete rows as"
    return f"{made} select {names} from {table} limit 0"  # noqa: S608 - our names


def _unless(once: Sequence[str]) -> str:
    return f" on conflict ({', '.join(once)}) do nothing" if once else ""


@cache
def _pyformat(sql: str) -> str:
    return re.sub(r"(?<!:):([a-z_]+)", r"%(\1)s", sql.replace("%", "%%"))


def _without_password(url: str) -> str:
    return re.sub(r"//[^@/]*@", "//...@", url)


def _unopened(where: str, error: Exception) -> LedgerError:
    return LedgerError(
        "UN6001",
        f"the ledger cannot be opened: {error}",
        where=where,
        hint="is the database there, and may this user write to it?",
    )


@contextmanager
def _failing(kind: type[Exception], where: str) -> Iterator[None]:
    try:
        yield
    except kind as error:
        busy = "locked" in str(error) or "lock timeout" in str(error)
        raise LedgerError(
            "UN6002" if busy else "UN6003",
            f"the ledger refused: {error}",
            where=where,
            hint="another program holds it; try again" if busy else "see the database's own log",
        ) from error
