"""The same metrics where the orders live: DuckDB, Spark, ClickHouse and Postgres.

A remote engine reads one table of orders through a staging text in its dialect, counts what cannot be used and why, and
reduces the rest to a few whole-number tables (:mod:`ltvlib.remote.reduce`). These are finished here into the marts of
a data set (:mod:`ltvlib.remote.finish`), so that every page works as on an upload. Nothing is written to the database.

The drivers of the engines are optional and imported only when one is built (:mod:`ltvlib.remote.connect`).
"""
