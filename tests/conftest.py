"""Settings for all tests. Time is measured in `benchmarks/`, never here: a slow machine fails no test."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
