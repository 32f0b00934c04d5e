"""Read models in DuckDB, kept in step with the ledger, and the queries that are asked of them.

`store` holds them, `projector` feeds them, `queries` answers from them, `rebuild` makes them anew and compares.
"""
