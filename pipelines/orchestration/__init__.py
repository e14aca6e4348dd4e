"""Dagster: assets, checks, sensor and schedule around the steps of `pipelines.run`. Wiring only; no step is written here."""
