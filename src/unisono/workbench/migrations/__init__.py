"""Tables of the workbench in the ledger's database."""
