"""Who may use the app: a file that names users, their roles and their places. Whoever is not in it has no access."""

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from dashboards.roles import roles
from pipelines.divisions import trim

USERS_VARIABLE = "OVERSIGHT_USERS"
ALL = "all"


class UsersProblem(Exception):
    """The file of users cannot be used; the message says why and where."""


def _prefix(value: Any) -> str:
    # An unquoted 140500 is a number in YAML; what begins with no digit or is no division's length is refused.
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("a place is the digits of a division, such as '1405' or '140502'")
    digits = str(value)
    if not (digits.isascii() and digits.isdigit() and len(digits) in {2, 4, 6, 9, 12}) or digits.startswith("0"):
        raise ValueError(f"{digits!r} is no division: 2, 4, 6, 9 or 12 digits are needed")
    return trim(digits)


Prefix = Annotated[str, BeforeValidator(_prefix)]


class User(BaseModel):
    """What one user may do, and for which places."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)] | None = None
    roles: tuple[str, ...] = Field(min_length=1)
    places: Literal["all"] | tuple[Prefix, ...]

    @field_validator("roles")
    @classmethod
    def _known(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        unknown = sorted(set(given) - set(roles()))
        if unknown:
            raise ValueError(f"no such role: {', '.join(unknown)}; roles are: {', '.join(roles())}")
        return tuple(sorted(set(given)))

    @field_validator("places")
    @classmethod
    def _some(cls, given: Literal["all"] | tuple[str, ...]) -> Literal["all"] | tuple[str, ...]:
        if not given:
            raise ValueError("name at least one place, or write: all")
        return given if given == ALL else tuple(sorted(set(given)))

    @property
    def limits(self) -> tuple[str, ...] | None:
        """The prefixes of the divisions that the user may see; None: all."""
        return None if isinstance(self.places, str) else self.places


class _Users(BaseModel):
    model_config = ConfigDict(extra="forbid")

    users: dict[str, User]


class _OncePerKey(yaml.SafeLoader):
    """A user named twice would silently have what the second entry gives."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [self.construct_object(key, deep=deep) for key, _ in node.value]
        twice = {str(name) for name in names if names.count(name) > 1}
        if twice:
            raise UsersProblem(f"named twice, line {node.start_mark.line + 1} and after: {', '.join(sorted(twice))}")
        return super().construct_mapping(node, deep=deep)


def _said(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(part) for part in one['loc'])}: {one['msg'].removeprefix('Value error, ')}"
        for one in error.errors()
    )


def same_user(email: str) -> str:
    """The form in which addresses are compared: providers write the same one in capitals and small letters."""
    return email.strip().casefold()


def load_users(path: Path) -> dict[str, User]:
    """All users by address. Raises `UsersProblem`."""
    try:
        given = yaml.load(path.read_text(encoding="utf-8"), Loader=_OncePerKey)  # noqa: S506 - a SafeLoader
        users = _Users.model_validate(given).users
    except OSError as error:
        raise UsersProblem(f"{path} cannot be read: {error.strerror}") from error
    except UsersProblem as error:
        raise UsersProblem(f"{path}: {error}") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsersProblem(f"{path} is no YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        raise UsersProblem(f"{path}: {_said(error)}") from error
    found = {same_user(email): user for email, user in users.items()}
    if len(found) < len(users):
        raise UsersProblem(f"{path}: two users differ only in capital and small letters")
    wrong = [email for email in found if "@" not in email or any(character.isspace() for character in email)]
    if wrong:
        raise UsersProblem(f"{path}: no address of a user: {', '.join(wrong)}")
    return found


@lru_cache(maxsize=2)
def _as_of(path: Path, _changed_ns: int, _size: int) -> dict[str, User]:
    return load_users(path)


def users_now(path: Path) -> dict[str, User]:
    """The users as the file names them at this moment: who is struck out is out with the next click."""
    try:
        seen = path.stat()
    except OSError as error:
        raise UsersProblem(f"{path} cannot be read: {error.strerror}") from error
    return _as_of(path, seen.st_mtime_ns, seen.st_size)
