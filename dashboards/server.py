"""Streamlit's server, with what every page needs loaded before it listens: the first visitor does not wait for it. The pages
come later: their caches want a server that runs."""

import gc
from importlib import import_module

from streamlit.web.cli import main

from dashboards.texts import LANGUAGES, catalogue
from pipelines.contracts import load_contracts

_LIBRARIES = (
    "docx",
    "duckdb",
    "plotly.graph_objects",
    "polars",
    "pyarrow.dataset",
    "pydantic",
    "scipy.stats",
    "sqlalchemy",
    "streamlit.emojis",
    "xlsxwriter",
)


def _prepare() -> None:
    for library in _LIBRARIES:
        import_module(library)
    for language in LANGUAGES.values():
        catalogue(language)
    load_contracts()
    # Streamlit looks for garbage after each run of a page, while all other users wait: not among what is here to stay.
    gc.freeze()


if __name__ == "__main__":
    _prepare()
    main(prog_name="streamlit")
