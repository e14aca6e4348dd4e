"""What Dagster loads: the assets, the job, the schedule and the sensor. Nothing is done here."""

import dagster as dg

from pipelines.orchestration import assets, schedules
from pipelines.orchestration.resources import Warehouse

defs = dg.Definitions(
    assets=[assets.landing, assets.models, assets.publication],
    jobs=[schedules.everything],
    schedules=[schedules.nightly],
    sensors=[schedules.landing_folder],
    resources={"warehouse": Warehouse.configure_at_launch()},
)
