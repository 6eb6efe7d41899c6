"""The ledger: what people and channels do between runs. Append-only, durable, written only through these functions.

    database      SQLite by default, PostgreSQL by one URL
    write_keys    which source may send events
    events        what was collected, and what was refused with its reason
    decisions     suggestions as published, and what became of them: responses, feedback, deliveries
    desk          questions and problems with an owner, a deadline and an answer
    audit         who read or did what, in a chain of hashes

Every function takes the `Database` and the instant; none looks at a clock.
"""

from unisono.ledger.database import Database, Transaction, open_database

__all__ = ["Database", "Transaction", "open_database"]
