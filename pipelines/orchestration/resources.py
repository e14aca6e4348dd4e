"""What a Dagster run works on. The data folder is held for the length of the run, as the command line holds it."""

import datetime as dt
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from pydantic import Field, PrivateAttr

from pipelines.landing.profiles import load_profiles
from pipelines.publishing import only_run
from pipelines.run import Run
from pipelines.vault import Vault, demo_key, key_from_environment


class Warehouse(dg.ConfigurableResource):
    """Folders and days of a run. `as_of` and `period_start` are days such as 2025-06-30; profiles are paths."""

    landing: str
    data: str
    as_of: str
    period_start: str = ""
    profiles: list[str] = Field(default_factory=list)
    uses_demo_key: bool = False

    _run: Run | None = PrivateAttr(default=None)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Generator["Warehouse", None, None]:
        """Hold the data folder while the run lasts; a second run fails at once."""
        with only_run(Path(self.data)):
            self._run = self._made()
            yield self

    def _made(self) -> Run:
        vault = Vault(Path(self.data) / "vault")
        return Run(
            landing=Path(self.landing),
            data=Path(self.data),
            vault=vault,
            keys=demo_key(vault) if self.uses_demo_key else key_from_environment(),
            as_of=dt.date.fromisoformat(self.as_of),
            period_start=dt.date.fromisoformat(self.period_start) if self.period_start else None,
            profiles=tuple(load_profiles([Path(path) for path in self.profiles])) if self.profiles else (),
        )

    @property
    def run(self) -> Run:
        """The run as the steps take it."""
        if self._run is None:
            raise RuntimeError("the warehouse is only open while a run lasts")
        return self._run
