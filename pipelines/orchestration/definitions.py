"""What Dagster loads: the assets, the job, the schedule and the sensor. Nothing is done here."""

import dagster as dg

from pipelines.orchestration import assets, schedules
from pipelines.orchestration.resources import Warehouse

defs = dg.Definitions(
    assets=[assets.landing, assets.models, assets.publication],
    jobs=[schedules.everything],
    schedules=[schedules.nightly],
    sensors=[schedules.landing_folder],
    # Assets that are started without the job also run in one process: the build database has one writer.
    executor=dg.in_process_executor,
    resources={"warehouse": Warehouse.configure_at_launch()},
)
