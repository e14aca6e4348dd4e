"""Builds `seeds/reference/divisions.csv` and `division_changes.csv` from public lists of administrative divisions.

    python tools/build_divisions.py SOURCE_FOLDER

SOURCE_FOLDER holds `cn_admin_provinces_2023.csv`, `cn_admin_cities_2023.csv`, `cn_admin_areas_2023.csv`,
`cn_admin_streets_2023.csv` (state of 2023) and `cn_admin_code_history.json` (changes of codes since 1981). The history
was made by comparing yearly code books by name, so it takes namesakes for one another; what is left out stands below.
"""

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

STATE_OF = 2023
STREETS_UNDER = ("1503", "150603", "3710", "230103", "1405")
LIST_SOURCE = f"nbs_{STATE_OF}"
HISTORY_SOURCE = "code_history"
OWN_SOURCE = "own"

TYPES = {
    "同名改码": "recoded",
    "撤县设市": "county_to_city",
    "撤县设区": "county_to_district",
    "撤地设市": "prefecture_to_city",
    "撤市设区": "city_to_district",
    "撤区设区": "district_to_district",
    "撤旗设区": "banner_to_district",
    "撤销": "abolished",
    "更名": "renamed",
    "区划调整": "adjusted",
    "码位改派": "code_reassigned",
}

# Whole provinces changed only here: Hainan out of Guangdong (1988), Chongqing out of Sichuan (1997). Every other step
# from one province to another joins namesakes such as 郊区 and 市中区.
PROVINCE_MOVES = {("44", "46"), ("51", "50")}

# Codes of GB/T 2260 that the statistical list of the mainland leaves out.
OUTSIDE_THE_LIST = {"710000": "台湾省", "810000": "香港特别行政区", "820000": "澳门特别行政区"}

# What the history lacks or has wrong: (year, former code, codes that followed).
CORRECTIONS: tuple[tuple[int, str, tuple[str, ...]], ...] = (
    (1983, "152400", ("150400",)),  # 昭乌达盟 became 赤峰市
    (1983, "152427", ("150400",)),  # 赤峰县 went into the districts of 赤峰市
    (1982, "352827", ("350427",)),  # 沙县, with 三明地区 become a city
    (1983, "152121", ("150783",)),  # 布特哈旗 became 扎兰屯市
    (1983, "152124", ("150782",)),  # 喜桂图旗 became 牙克石市
    (1983, "152521", ("152502",)),  # 阿巴哈纳尔旗 became 锡林浩特市
    (1983, "342624", ("340181",)),  # 巢县, today 巢湖市
    (1983, "422526", ("420682",)),  # 光化县 into 老河口市
    (1983, "422621", ("420381",)),  # 均县 became 丹江口市
    (1983, "512100", ("500000",)),  # 永川地区 into 重庆
    (1983, "512132", ("510184",)),  # 崇庆县, today 崇州市
    (1996, "140503", ("140525",)),  # 晋城市郊区 became 泽州县
    (1997, "510200", ("500000",)),  # 重庆市 left 四川省
    (2000, "310102", ("310101",)),  # 南市区 into 黄浦区
    (2005, "440102", ("440104",)),  # 东山区 into 越秀区
    (2013, "370802", ("370811",)),  # 济宁市市中区 into 任城区
    (2018, "140202", ("140213",)),  # 大同市城区 into 平城区
    (2018, "140203", ("140214",)),  # 大同市矿区 into 云冈区, not into the 矿区 of 阳泉
    (2018, "140211", ("140213", "140214")),  # 大同市南郊区 into 平城区 and 云冈区
    (2018, "140402", ("140403",)),  # 长治市城区 and 郊区 into 潞州区
    (2018, "140411", ("140403",)),
    (2018, "371200", ("370116", "370117")),  # 莱芜市 into two districts of 济南
    (2021, "330103", ("330105",)),  # 下城区 into 拱墅区
    (2021, "350403", ("350404",)),  # 三元区 with 梅列区 into the new 三元区
    (2021, "350625", ("350605",)),  # 长泰县 became 长泰区
    (2021, "410306", ("410308",)),  # 吉利区 and 孟津县 into 孟津区
    (2021, "410322", ("410308",)),
    (2021, "431121", ("431181",)),  # 祁阳县 became 祁阳市
    (2021, "520522", ("520581",)),  # 黔西县 became 黔西市
)

# Codes of which the history has no event at all.
NAMES = {"330103": "下城区"}


@dataclass(frozen=True)
class Change:
    """A code that was followed by another in some year. `old_name` is what the former code stood for then."""

    year: int
    type: str
    old: str
    new: str
    old_name: str
    old_parent: str


@dataclass
class Row:
    """A row of divisions.csv."""

    code: str
    name: str
    level: str
    parent_code: str
    valid_from_year: int | None = None
    valid_to_year: int | None = None
    successor_code: str = ""
    source: str = LIST_SOURCE


def level_of(code: str) -> str:
    """province, city, county or street, by the form of the code."""
    if len(code) == 9:
        return "street"
    return "province" if code.endswith("0000") else "city" if code.endswith("00") else "county"


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def current_rows(folder: Path) -> dict[str, Row]:
    """The divisions of the state year, streets only where the project needs them."""
    found: dict[str, Row] = {}

    def add(code: str, name: str, parent: str, source: str = LIST_SOURCE) -> None:
        found[code] = Row(code, name, level_of(code), parent, source=source)

    for row in _rows(folder / f"cn_admin_provinces_{STATE_OF}.csv"):
        add(row["code"].ljust(6, "0"), row["name"], "")
    for code, name in OUTSIDE_THE_LIST.items():
        add(code, name, "", OWN_SOURCE)
    for row in _rows(folder / f"cn_admin_cities_{STATE_OF}.csv"):
        add(row["code"].ljust(6, "0"), row["name"], row["provinceCode"].ljust(6, "0"))
    for row in _rows(folder / f"cn_admin_areas_{STATE_OF}.csv"):
        if row["code"] not in found:
            add(row["code"], row["name"], row["cityCode"].ljust(6, "0"))
    for row in _rows(folder / f"cn_admin_streets_{STATE_OF}.csv"):
        if row["code"].startswith(STREETS_UNDER):
            add(row["code"], row["name"], row["areaCode"])
    return found


def _six(side: dict[str, str | None] | None, key: str) -> str:
    return ((side or {}).get(key) or "")[:6]


def read_history(folder: Path) -> list[dict]:
    """The events of the history up to the state year, oldest first."""
    document = json.loads((folder / "cn_admin_code_history.json").read_text(encoding="utf-8"))
    return sorted((event for event in document["events"] if event["year"] <= STATE_OF), key=lambda event: event["year"])


def common_names(events: Iterable[dict], current: dict[str, Row]) -> frozenset[str]:
    """Names of districts that stand, or once stood, in three cities or more: 郊区, 城区, 矿区, 新华区."""
    cities: dict[str, set[str]] = defaultdict(set)
    for row in current.values():
        cities[row.name].add(row.code[:4])
    for event in events:
        for side in (event["old"], event["new"]):
            if _six(side, "code"):
                cities[side["name"]].add(_six(side, "code")[:4])
    return frozenset(name for name, places in cities.items() if name.endswith("区") and len(places) >= 3)


def is_namesake(old: str, new: str, event: dict, current: dict[str, Row], common: frozenset[str]) -> bool:
    """Whether an event joins two places that only share a name.

    A 郊区 does not leave a city that goes on: where it seems to, the history found another city's.
    """
    if old[:2] != new[:2]:
        return (old[:2], new[:2]) not in PROVINCE_MOVES
    name = event["old"]["name"]
    return name == event["new"]["name"] and name in common and old[:4] != new[:4] and old[:4] + "00" in current


def history_changes(events: list[dict], current: dict[str, Row]) -> list[Change]:
    """The steps from one code to another that can be believed."""
    corrected = {code for _, code, _ in CORRECTIONS}
    common = common_names(events, current)
    found = []
    for event in events:
        old, new = _six(event["old"], "code"), _six(event["new"], "code")
        if not old or not new or old == new or old in corrected or is_namesake(old, new, event, current, common):
            continue
        parent = _six(event["old"], "parent_code")
        found.append(Change(event["year"], TYPES[event["type"]], old, new, event["old"]["name"], parent))
    return found


def last_seen(events: Iterable[dict]) -> dict[str, Change]:
    """For every code that ever stood in the history, what it last stood for (`new` is empty)."""
    seen: dict[str, Change] = {}
    for event in events:
        for side in (event["new"], event["old"]):
            code = _six(side, "code")
            if code:
                seen[code] = Change(event["year"], "abolished", code, "", side["name"], _six(side, "parent_code"))
    return seen


def _stem(name: str) -> str:
    return name.removesuffix("地区").rstrip("市县区盟")


def derived_change(last: Change, current: dict[str, Row], known: set[str]) -> Change:
    """Where the history does not say what followed: the one namesake in the province, else what the place lay in."""
    stem = _stem(last.old_name)
    places = [row for row in current.values() if row.code[:2] == last.old[:2] and len(row.code) == 6]
    named = [row.code for row in places if len(stem) > 1 and _stem(row.name) == stem]
    is_prefecture = last.old_name.endswith("地区")
    if is_prefecture:
        named = [code for code in named if level_of(code) == "city"] or named
    if len(named) == 1 and (is_prefecture or not last.old_name.endswith("区")):
        return Change(last.year, "derived_from_name", last.old, named[0], last.old_name, last.old_parent)
    city, province = last.old[:4] + "00", last.old[:2] + "0000"
    container = next(code for code in (last.old_parent, city, province) if code in known and code != last.old)
    return Change(last.year, "merged_into_parent", last.old, container, last.old_name, last.old_parent)


def own_changes(seen: dict[str, Change]) -> list[Change]:
    """The corrections as changes."""
    changes = []
    for year, old, followers in CORRECTIONS:
        last = seen.get(old)
        name, parent = (last.old_name, last.old_parent) if last else (NAMES[old], old[:4] + "00")
        changes += [Change(year, "corrected", old, new, name, parent) for new in followers]
    return changes


def all_changes(events: list[dict], current: dict[str, Row]) -> list[Change]:
    """Every change, complete: each former code has at least one that leads on from its last bearer."""
    seen = last_seen(events)
    changes = history_changes(events, current) + own_changes(seen)
    known = set(current) | set(seen)
    while True:
        # A code whose bearer changed needs a way on for the last of them, and so does one that others were led to.
        latest: dict[str, int] = {}
        arrivals: dict[str, int] = {}
        for change in changes:
            latest[change.old] = max(latest.get(change.old, 0), change.year)
            arrivals[change.new] = max(arrivals.get(change.new, 0), change.year)
        ends = [
            code for code in sorted(known - set(current)) if code not in latest or arrivals.get(code, 0) > latest[code]
        ]
        if not ends:
            break
        changes += [derived_change(_no_earlier(seen[code], arrivals.get(code, 0)), current, known) for code in ends]
    return sorted(set(changes), key=lambda change: (change.old, change.year, change.new))


def _no_earlier(last: Change, year: int) -> Change:
    return Change(max(last.year, year), last.type, last.old, last.new, last.old_name, last.old_parent)


def former_rows(changes: list[Change], current: dict[str, Row]) -> dict[str, Row]:
    """A row for each code that is no longer in use, as its last bearer had it."""
    by_code: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        if change.old not in current:
            by_code[change.old].append(change)
    rows = {}
    for code, own in by_code.items():
        year = max(change.year for change in own)
        last = [change for change in own if change.year == year]
        source = (
            OWN_SOURCE if last[0].type in {"corrected", "derived_from_name", "merged_into_parent"} else HISTORY_SOURCE
        )
        row = Row(code, last[0].old_name, level_of(code), last[0].old_parent, None, year, last[0].new, source)
        rows[code] = row
    for code, row in rows.items():
        parents = (row.parent_code, code[:4] + "00", code[:2] + "0000")
        row.parent_code = next(p for p in parents if p != code and (p in current or p in rows))
    return rows


def set_first_years(rows: dict[str, Row], events: list[dict]) -> None:
    """The year in which a code came into use for its bearer, where the history says so."""
    for event in events:
        old, new = _six(event["old"], "code"), _six(event["new"], "code")
        row = rows.get(new)
        started = (new and old != new) or event["type"] == "码位改派"
        if row and started and (row.valid_to_year is None or event["year"] <= row.valid_to_year):
            row.valid_from_year = event["year"] if row.name == event["new"]["name"] else row.valid_from_year


def write(target: Path, rows: Iterable[Row], changes: Iterable[Change]) -> None:
    """Write both seeds."""
    columns = list(Row.__dataclass_fields__)
    with (target / "divisions.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([getattr(row, column) for column in columns] for row in rows)
    with (target / "division_changes.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["year", "type", "old_code", "new_code"])
        writer.writerows([change.year, change.type, change.old, change.new] for change in changes)


def build(folder: Path, target: Path) -> None:
    """Read the lists in `folder`, write the seeds to `target`."""
    current = current_rows(folder)
    events = read_history(folder)
    changes = all_changes(events, current)
    rows = current | former_rows(changes, current)
    set_first_years(rows, events)
    write(target, [rows[code] for code in sorted(rows)], changes)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python tools/build_divisions.py SOURCE_FOLDER")
    build(Path(sys.argv[1]), Path(__file__).resolve().parent.parent / "seeds" / "reference")
