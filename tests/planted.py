"""Files in which one made-up person stands in every column of every source that can hold a person."""

from pipelines.contracts import code_lists, load_contracts
from pipelines.demo.identifiers import uscc

ZHANG = "11010519491231002X"  # the standard's own example number, nobody's
NAMED = ("欧阳不存在", "13900001234", "虚构路八十八号", "ZS-PLANTED-77")
BORN, INCOME, LONGITUDE, LATITUDE = "1933-11-07", "987654.32", "112.858585", "35.494949"
QUASI = {"birth_date": BORN, "household_income": INCOME, "check_in_lon": LONGITUDE, "check_in_lat": LATITUDE}
_SAMPLES = {
    "division": "140502",
    "date": "2025-03-30",
    "month": "2025-03",
    "yuan": "5",
    "integer": "3",
    "decimal": "80",
    "hours": "1",
    "m2": "10",
    "bool": "是",
}


def cell(source: str, name: str, line: int) -> str:
    """A good value for a column; a personal one where the column can hold one."""
    column = load_contracts()[source].columns[name]
    if column.type == "id_card":
        return [ZHANG, "110105491231002", "440308199901101512"][line % 3]
    if column.pii == "direct":
        return NAMED[line % len(NAMED)]
    if name in {"payee_id", "payee_account"}:
        return ZHANG
    if name in QUASI:
        return QUASI[name]
    if name == "payee_kind":
        return "老年人"
    if column.code_list:
        return next(iter(code_lists()[column.code_list].values())).label_zh
    if column.type == "uscc":
        return uscc("91", "140521", line)
    if column.type == "datetime":
        return f"2025-03-{10 + line} {'10' if column.after else '09'}:00"
    return _SAMPLES.get(column.type, f"T{line}")


def rows(source: str) -> list[str]:
    """The header and four good rows of a source, with all its columns."""
    columns = load_contracts()[source].columns
    return [",".join(columns), *(",".join(cell(source, name, line) for name in columns) for line in range(4))]
