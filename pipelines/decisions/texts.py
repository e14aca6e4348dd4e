"""What people write down: cleaned of what is invisible, held to a length, refused where it is blank or names a person."""

import re
import unicodedata

from pipelines.decisions.problems import NotWhole

# The numbers that tell who somebody is: identity cards of 18 and of 15 digits, and mobile telephones. A card has a day of
# birth in its middle; a credit code of a provider, as long and sometimes all digits, has none there.
_DAY = r"(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"
_PERSONAL = re.compile(
    rf"(?<!\d)([1-9]\d{{5}}(19|20)\d\d{_DAY}\d{{3}}[\dXx]|[1-9]\d{{7}}{_DAY}\d{{3}}|1[3-9]\d{{9}})(?!\d)"
)
# Ids of findings, publications, batches, keys of persons and hashes: some of their digits look like a telephone's by chance.
_ID = re.compile(
    r"(?<![0-9A-Za-z])([A-Z]\d\d-[0-9a-f]{16}|\d{6}-\d{8}-[0-9a-f]{12}|[0-9a-f]{24}|[0-9a-f]{32}|[0-9a-f]{64})"
    r"(?![0-9A-Za-z])"
)
_SPACED = re.compile(r"(?<=\d)[ -](?=[\dXx])")
_KEPT_CONTROLS = frozenset("\n\t")
_LONGEST_VIEW_NAME = 80  # as wide as its column


def clean(text: str) -> str:
    """Without what is not seen (controls, directions of writing, joiners, halves of characters) and blanks around."""
    kept = (
        character
        for character in unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
        if character in _KEPT_CONTROLS or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}
    )
    return "".join(kept).strip()


def is_blank(text: str) -> bool:
    """Whether a text has neither a letter nor a digit."""
    return not any(unicodedata.category(character)[0] in "LN" for character in text)


def names_a_person(text: str) -> bool:
    """Whether a text holds the number of an identity card or of a mobile telephone, also in full width or in groups.
    The ids of this project are none."""
    plain = _ID.sub("#", unicodedata.normalize("NFKC", text))
    return bool(_PERSONAL.search(plain) or _PERSONAL.search(_SPACED.sub("", plain)))


def written(text: str, what_zh: str, what_en: str, longest: int) -> str:
    """A text as it is kept. Raises `NotWhole` where it is too long or holds a number that tells who somebody is."""
    cleaned = clean(text)
    if len(cleaned) > longest:
        raise NotWhole(
            f"{what_zh}有 {len(cleaned)} 字，最多 {longest} 字；更长的请作为附件",
            f"the {what_en} has {len(cleaned)} characters, {longest} at most; attach what is longer",
        )
    if names_a_person(cleaned):
        raise NotWhole(
            f"{what_zh}中有身份证号或手机号；请删去，此处不记个人信息",
            f"the {what_en} holds the number of an identity card or a telephone; leave it out, no person is named here",
        )
    return cleaned


def required(text: str, what_zh: str, what_en: str, longest: int) -> str:
    """A text that must say something. Raises `NotWhole` where it does not."""
    cleaned = written(text, what_zh, what_en, longest)
    if is_blank(cleaned):
        raise NotWhole(f"请填写{what_zh}", f"a {what_en} is needed")
    return cleaned


def view_name(text: str) -> str:
    """What a user calls a view. Raises `NotWhole` where it is blank or too long, holds what nobody sees, or a number that
    tells who somebody is."""
    name = unicodedata.normalize("NFC", text).strip()
    # Two names that look the same, or one that is read backwards, lead to another view than meant.
    if name != clean(name) or _KEPT_CONTROLS & set(name):
        raise NotWhole("名称中有看不见的字符，请重新输入", "the name has characters that are not seen; type it anew")
    if is_blank(name) or len(name) > _LONGEST_VIEW_NAME:
        raise NotWhole(
            f"名称须为 1 至 {_LONGEST_VIEW_NAME} 字，并含文字或数字",
            f"a name has 1 to {_LONGEST_VIEW_NAME} characters, a letter or a digit among them",
        )
    if names_a_person(name):
        raise NotWhole(
            "名称中有身份证号或手机号，请改名",
            "the name holds the number of an identity card or a telephone; change it",
        )
    return name
