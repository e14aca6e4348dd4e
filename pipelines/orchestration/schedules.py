"""When runs begin: every night, and when files have come to lie still in the landing folder."""

import datetime as dt
import hashlib
import json
import stat
from pathlib import Path

import dagster as dg

from pipelines.orchestration import places

everything = dg.define_asset_job("everything", selection=dg.AssetSelection.all(), executor_def=dg.in_process_executor)


def settings(as_of: dt.date) -> dg.RunConfig | dict[str, object]:
    """The configuration of a run that nobody started by hand. Folders come from the environment of the daemon."""
    return {
        "resources": {
            "warehouse": {
                "config": {
                    "landing": places.landing(),
                    "data": places.data(),
                    "as_of": places.as_of(as_of).isoformat(),
                    "uses_demo_key": places.is_demo(),
                }
            }
        }
    }


@dg.schedule(job=everything, cron_schedule="30 2 * * *", execution_timezone="Asia/Shanghai")
def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Every night, as of the day before."""
    day = context.scheduled_execution_time.astimezone(places.CHINA).date() - dt.timedelta(days=1)
    return dg.RunRequest(run_key=day.isoformat(), run_config=settings(day))


def listing(landing: Path) -> str:
    """Names, sizes and times of all files in the landing folder, as a hash; empty where there is no file."""
    digest = hashlib.sha256()
    count = 0
    for path in sorted(landing.rglob("*")) if landing.is_dir() else []:
        try:
            status = path.lstat()
        except FileNotFoundError:  # an office took it back between the listing and this look
            continue
        if not stat.S_ISDIR(status.st_mode):
            count += 1
            digest.update(f"{path.relative_to(landing).as_posix()!r} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest() if count else ""


@dg.sensor(job=everything, minimum_interval_seconds=60)
def landing_folder(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """Files that have not changed between two looks start a run; files that still grow are waited for."""
    now = listing(Path(places.landing()))
    before = json.loads(context.cursor) if context.cursor else {"seen": "", "done": ""}
    waiting = json.dumps({"seen": now, "done": before["done"]})
    if now == before["done"]:
        return dg.SensorResult(skip_reason="nothing new in the landing folder", cursor=waiting)
    if now != before["seen"]:
        return dg.SensorResult(skip_reason="files are still coming; they are looked at again", cursor=waiting)
    today = dt.datetime.now(places.CHINA).date()
    started = json.dumps({"seen": now, "done": now})
    return dg.SensorResult([dg.RunRequest(run_config=settings(today))], cursor=started)
