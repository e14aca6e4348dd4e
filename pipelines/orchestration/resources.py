"""What a Dagster run works on. The data folder is held for the length of the run, as the command line holds it."""

import datetime as dt
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from pydantic import Field, PrivateAttr

from pipelines.landing.profiles import load_profiles
from pipelines.orchestration import places
from pipelines.publishing import only_run
from pipelines.run import Run
from pipelines.vault import Vault, demo_key, key_from_environment


class Warehouse(dg.ConfigurableResource):
    """Folders and days of a run. What is left empty comes from the environment in which Dagster was started."""

    landing: str = Field("", description="Folder with the files that offices sent [OVERSIGHT_LANDING, else landing]")
    data: str = Field("", description="Folder for all that is made of them [OVERSIGHT_DATA, else data]")
    as_of: str = Field(
        "", description="Day of evaluation such as 2025-06-30 [OVERSIGHT_AS_OF, else the day before, in China]"
    )
    period_start: str = Field("", description="First day of the period [1 January of the year of as_of]")
    profiles: list[str] = Field(default_factory=list, description="Paths of profiles")
    uses_demo_key: bool = Field(False, description="The demo's own key, kept in its vault [OVERSIGHT_DEMO is 1]")

    _run: Run | None = PrivateAttr(default=None)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Generator["Warehouse", None, None]:
        """Hold the data folder while the run lasts; a second run fails at once."""
        data = Path(self.data or places.data())
        with only_run(data):
            self._run = self._made(data)
            if context.log:
                context.log.info(f"{self._run.landing} to {data}, as of {self._run.as_of}")
            yield self

    def _made(self, data: Path) -> Run:
        vault = Vault(data / "vault")
        return Run(
            landing=Path(self.landing or places.landing()),
            data=data,
            vault=vault,
            keys=demo_key(vault) if self.uses_demo_key or places.is_demo() else key_from_environment(),
            as_of=dt.date.fromisoformat(self.as_of) if self.as_of else places.as_of(places.yesterday()),
            period_start=dt.date.fromisoformat(self.period_start) if self.period_start else None,
            profiles=tuple(load_profiles([Path(path) for path in self.profiles])) if self.profiles else (),
        )

    @property
    def run(self) -> Run:
        """The run as the steps take it."""
        if self._run is None:
            raise RuntimeError("the warehouse is only open while a run lasts")
        return self._run
