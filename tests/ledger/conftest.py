from tests.databases import ledger, ledger_url, postgres_server

__all__ = ["ledger", "ledger_url", "postgres_server"]
