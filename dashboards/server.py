"""Streamlit's server, with what every page needs loaded before it listens: the first visitor does not wait for it. The pages
come later: their caches want a server that runs."""

import gc
from importlib import import_module

from streamlit.web.cli import main

from dashboards.texts import LANGUAGES, catalogue
from pipelines.contracts import load_contracts

# Libraries, and what of the project needs no server.
_MODULES = (
    "dashboards.users",
    "duckdb",
    "pipelines.decisions",
    "pipelines.explaining",
    "pipelines.reporting.commands",
    "pipelines.simulating",
    "plotly.graph_objects",
    "polars",
    "pyarrow.dataset",
    "scipy.stats",
    "streamlit.emojis",
    "xlsxwriter",
)


def _prepare() -> None:
    for module in _MODULES:
        import_module(module)
    for language in LANGUAGES.values():
        catalogue(language)
    load_contracts()
    # Streamlit looks for garbage after each run of a page, while all other users wait: not among what is here to stay.
    gc.freeze()


if __name__ == "__main__":
    _prepare()
    main(prog_name="streamlit")
