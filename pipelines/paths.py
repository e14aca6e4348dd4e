"""Where the project's own files are. Data folders are never named here: they are arguments of a run."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
CONTRACTS = PROJECT / "expectations" / "contracts"
SEEDS = PROJECT / "seeds"
REFERENCE = SEEDS / "reference"
# OVERSIGHT_POLICY names a copy of these tables in which a change is tried before it is made here.
POLICY = Path(os.environ.get("OVERSIGHT_POLICY") or SEEDS / "policy").absolute()
PROFILES = PROJECT / "profiles"
DBT_PROJECT = PROJECT / "dbt_project"
# The texts of the documents are no part of the project; where they lie beside it, quotations are looked up in them.
DOCUMENTS = PROJECT.parent / "shared" / "policy" / "documents"
