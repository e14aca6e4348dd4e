"""Fonts: those that GB/T 9704 wants by name in Word, and of those that are installed the nearest for PDF and pictures."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from pipelines.reporting.problems import ReportProblem

TITLE, BODY, HEAD, SECOND = "方正小标宋简体", "仿宋", "黑体", "楷体"
LATIN = "Times New Roman"
# What a reader without the font takes instead: an installed one of the same kind, by the font table of the document.
ALTERNATIVES = {TITLE: "宋体", BODY: "FangSong", HEAD: "SimHei", SECOND: "KaiTi"}

_SERIF = ("Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC", "Source Han Serif CN", "SimSun", "Songti SC")
_SANS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "PingFang SC",
    "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback",
)  # fmt: skip
_WANTED: dict[str, tuple[str, ...]] = {
    "title": ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "STZhongsong", *_SERIF, *_SANS),
    "body": ("FangSong", "FangSong_GB2312", "STFangsong", *_SERIF, *_SANS),
    "head": ("SimHei", "STHeiti", *_SANS, *_SERIF),
    "second": ("KaiTi", "KaiTi_GB2312", "STKaiti", *_SERIF, *_SANS),
}
_LATIN = ("Times New Roman", "Liberation Serif", "Libertinus Serif")


class NoChineseFont(ReportProblem):
    """No font with Chinese is installed."""


@dataclass(frozen=True)
class Fonts:
    """The families that stand for title, body, headings and second headings, and for Latin letters and digits."""

    title: str
    body: str
    head: str
    second: str
    latin: str

    def sentence(self) -> str:
        """Which were chosen, for the log."""
        return (
            f"fonts: title {self.title}, text {self.body}, headings {self.head} and {self.second}, "
            f"Latin letters {self.latin}"
        )


def choose(families: Collection[str]) -> Fonts:
    """The nearest of the installed families for each part. Raises `NoChineseFont` where none has Chinese."""
    chosen = {part: next((name for name in wanted if name in families), None) for part, wanted in _WANTED.items()}
    latin = next(name for name in _LATIN if name in families or name == _LATIN[-1])
    if not all(chosen.values()):
        raise NoChineseFont(
            "no font with Chinese is installed, so neither PDF nor charts can be made; install one, "
            "such as Noto CJK (Debian: apt-get install fonts-noto-cjk), and run again"
        )
    return Fonts(**{part: str(name) for part, name in chosen.items()}, latin=latin)


@cache
def installed() -> Fonts:
    """The fonts of this machine."""
    import typst

    return choose(frozenset(typst.Fonts().families()))
