"""Who gets in, what each role is given, and where the app refuses to listen."""

import os
import stat
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from dashboards import serve
from dashboards.addresses import is_loopback
from dashboards.identity import Identity, landing, limits, local_identity, may_do, may_list, may_see, signed_in_identity
from dashboards.roles import roles
from dashboards.sign_in import REQUIRED_VARIABLE, VARIABLES, SignInProblem, is_required, secrets_file, settings
from dashboards.users import USERS_VARIABLE, UsersProblem, load_users, users_now
from pipelines.cli import main

SETTINGS = {
    "OVERSIGHT_OIDC_CLIENT_ID": "oversight",
    "OVERSIGHT_OIDC_CLIENT_SECRET": 'quoted " and \\ 密',
    "OVERSIGHT_OIDC_METADATA_URL": "https://login.example.org/.well-known/openid-configuration",
    "OVERSIGHT_OIDC_COOKIE_SECRET": "0123456789abcdef0123456789abcdef",
    "OVERSIGHT_OIDC_REDIRECT_URI": "https://oversight.example.org/oauth2callback",
}
USERS = """
users:
  Planner@Example.org:
    name: 规划科
    roles: [planner]
    places: [140500, '150302']
  city@example.org:
    roles: [evaluator, administrator]
    places: all
"""


@pytest.fixture(autouse=True)
def nothing_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*VARIABLES.values(), USERS_VARIABLE, REQUIRED_VARIABLE):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def users(tmp_path: Path) -> Path:
    path = tmp_path / "users.yml"
    path.write_text(USERS, encoding="utf-8")
    return path


def signed_in(users: Path, **claims: object) -> Identity | None:
    return signed_in_identity({"is_logged_in": True, **claims}, users)


def test_a_listed_user_has_what_the_file_gives(users: Path) -> None:
    planner = signed_in(users, email="planner@example.ORG", name="what the provider says")
    assert planner == Identity("planner@example.org", "规划科", ("planner",), ("1405", "150302"), is_local=False)
    assert planner
    assert limits(planner) == ("1405", "150302")
    assert landing(planner) == "facilities"
    assert may_see(planner, "facilities")
    assert not may_see(planner, "funds")
    assert not may_list(planner, "persons")
    assert not may_do(planner, "decide")
    city = signed_in(users, email="city@example.org")
    assert city
    assert limits(city) is None
    assert may_do(city, "decide")
    assert may_do(city, "read_log")


def test_who_is_not_listed_has_nothing(users: Path) -> None:
    stranger = signed_in(users, email="stranger@example.org")
    assert stranger
    assert not stranger.has_access
    assert limits(stranger) == ()
    assert landing(stranger) is None
    for page in ("overview", "funds", "findings", "finding", "method", "quality", "log", "", "no such page"):
        assert not may_see(stranger, page)


@pytest.mark.parametrize(
    "claims",
    [
        {"is_logged_in": False, "email": "city@example.org"},
        {"email": None},
        {"email": " "},
        {"email": ["city@example.org"]},
        {"email": "city@example.org", "email_verified": False},
    ],
)
def test_who_did_not_sign_in_is_nobody(users: Path, claims: dict[str, object]) -> None:
    assert signed_in(users, **claims) is None


def test_who_is_struck_out_is_out_at_once(users: Path) -> None:
    assert signed_in(users, email="city@example.org") != signed_in(users, email="other@example.org")
    users.write_text(USERS.replace("city@", "new-name@"), encoding="utf-8")
    gone = signed_in(users, email="city@example.org")
    assert gone
    assert not gone.has_access
    users.write_text("users: [", encoding="utf-8")
    broken = signed_in(users, email="planner@example.org")
    assert broken
    assert not broken.has_access
    users.unlink()
    with pytest.raises(UsersProblem, match="cannot be read"):
        users_now(users)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[planner]", "[plannner]", "no such role: plannner"),
        ("[planner]", "[]", "at least 1 item"),
        ("[140500, '150302']", "[]", "name at least one place"),
        ("[140500, '150302']", "['']", "no division"),
        ("[140500, '150302']", "[14050]", "no division"),
        ("[140500, '150302']", "['014050']", "no division"),
        ("[140500, '150302']", "['1405%']", "no division"),
        ("[140500, '150302']", "[true]", "digits of a division"),
        ("places: all", "places: everything", "places"),
        ("places: all", "places: all\n    role: planner", "Extra inputs"),
        ("city@example.org", "PLANNER@example.org", "differ only in capital"),
        ("city@example.org", "Planner@Example.org", "named twice"),
        ("city@example.org", "city", "no address"),
        ("users:", "user:", "users"),
    ],
)
def test_a_file_of_users_with_a_mistake_is_refused(users: Path, old: str, new: str, words: str) -> None:
    assert old in USERS
    users.write_text(USERS.replace(old, new), encoding="utf-8")
    with pytest.raises(UsersProblem, match=words):
        load_users(users)


def test_roles_are_those_of_the_seed() -> None:
    everybody = local_identity()
    assert everybody.is_local
    assert set(everybody.roles) == set(roles()) == {"evaluator", "finance_auditor", "planner", "administrator"}
    one = {role: Identity("u", "u", (role,), None, is_local=False) for role in roles()}
    assert {role for role, who in one.items() if may_do(who, "read_log")} == {"administrator"}
    assert {role for role, who in one.items() if may_list(who, "persons")} == {"evaluator", "finance_auditor"}
    for role, who in one.items():
        assert may_see(who, roles()[role].landing)


@pytest.mark.parametrize(
    ("address", "is_ours"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8:8501", True),
        ("localhost:8501", True),
        ("LOCALHOST", True),
        ("::1", True),
        ("[::1]:8501", True),
        ("0.0.0.0", False),
        ("::", False),
        ("", False),
        ("192.168.0.5", False),
        ("localhost.example.org", False),
        ("127.0.0.1.example.org", False),
        ("[::1].example.org", True),  # no such name can be looked up
    ],
)
def test_what_only_this_machine_can_reach(address: str, is_ours: bool) -> None:
    assert is_loopback(address) == is_ours


# ---- settings ----------------------------------------------------------------------------------------------------


def test_nothing_set_is_no_sign_in() -> None:
    assert settings({}) is None
    assert settings(dict.fromkeys(SETTINGS, " ")) is None


def test_secrets_are_for_their_owner_and_for_as_long_as_the_app_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    found = settings(SETTINGS)
    assert found
    old = os.umask(0)
    try:
        with secrets_file(found) as path:
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
            assert path.is_relative_to(tmp_path)
            auth = tomllib.loads(path.read_text(encoding="utf-8"))["auth"]
    finally:
        os.umask(old)
    assert auth == {name: SETTINGS[variable] for name, variable in VARIABLES.items()}
    assert list(tmp_path.iterdir()) == []
    assert SETTINGS["OVERSIGHT_OIDC_CLIENT_SECRET"] not in repr(found)
    assert SETTINGS["OVERSIGHT_OIDC_COOKIE_SECRET"] not in repr(found)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"OVERSIGHT_OIDC_CLIENT_SECRET": ""}, "also set: OVERSIGHT_OIDC_CLIENT_SECRET"),
        ({"OVERSIGHT_OIDC_COOKIE_SECRET": "short"}, "32 characters"),
        ({"OVERSIGHT_OIDC_CLIENT_ID": "a\nb"}, "line breaks"),
        ({"OVERSIGHT_OIDC_REDIRECT_URI": "https://oversight.example.org/"}, "followed by /oauth2callback"),
        ({"OVERSIGHT_OIDC_REDIRECT_URI": "http://oversight.example.org/oauth2callback"}, "https://"),
        ({"OVERSIGHT_OIDC_METADATA_URL": "http://login.example.org/x"}, "https://"),
        ({"OVERSIGHT_OIDC_METADATA_URL": "file:///etc/passwd"}, "https://"),
    ],
)
def test_settings_that_are_not_safe_are_refused(change: dict[str, str], words: str) -> None:
    with pytest.raises(SignInProblem, match=words):
        settings({**SETTINGS, **change})


# ---- where the app listens ---------------------------------------------------------------------------------------


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], dict[str, str]]]:
    """What would have been started."""
    calls: list[tuple[list[str], dict[str, str]]] = []

    def note(arguments: list[str], given: dict[str, str]) -> int:
        calls.append((arguments, given))
        return 0

    monkeypatch.setattr(serve, "_run", note)
    return calls


def option(arguments: list[str], name: str) -> str:
    return next(one.partition("=")[2] for one in arguments if one.startswith(f"--{name}="))


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.5", "oversight.example.org"])
def test_without_sign_in_only_this_machine_is_served(started: list[object], tmp_path: Path, address: str) -> None:
    said = CliRunner().invoke(main, ["serve", "--data", str(tmp_path), "--address", address])
    assert said.exit_code == 2
    assert "sign-in is not configured" in said.output
    assert started == []


def test_without_sign_in_the_local_user_is_named(
    started: list[tuple[list[str], dict[str, str]]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert serve.serve(tmp_path) == 0
    assert f"as {local_identity().user} with all roles" in capsys.readouterr().out
    ((arguments, given),) = started
    assert option(arguments, "server.address") == "127.0.0.1"
    assert option(arguments, "secrets.files") == os.devnull
    assert option(arguments, "server.trustedUserHeaders") == "{}"
    assert {option(arguments, f"server.enable{door}") for door in ("AgentApi", "StaticServing")} == {"false"}
    assert not is_required(given)


def test_users_without_sign_in_and_sign_in_without_users_are_mistakes(
    started: list[object], tmp_path: Path, users: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(USERS_VARIABLE, str(users))
    with pytest.raises(SignInProblem, match="nobody can prove"):
        serve.serve(tmp_path)
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    users.write_text("users: {a: 1}", encoding="utf-8")
    with pytest.raises(UsersProblem):
        serve.serve(tmp_path)
    monkeypatch.delenv(USERS_VARIABLE)
    with pytest.raises(SignInProblem, match="nobody is listed"):
        serve.serve(tmp_path)
    assert started == []


def test_with_sign_in_the_secrets_are_in_a_file_and_not_in_the_environment(
    tmp_path: Path, users: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(USERS_VARIABLE, str(users))
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    seen: list[Path] = []

    def look(arguments: list[str], given: dict[str, str]) -> int:
        path = Path(option(arguments, "secrets.files"))
        assert tomllib.loads(path.read_text(encoding="utf-8"))["auth"]["client_id"] == "oversight"
        assert not set(SETTINGS) & set(given)
        secret = [SETTINGS["OVERSIGHT_OIDC_CLIENT_SECRET"], SETTINGS["OVERSIGHT_OIDC_COOKIE_SECRET"]]
        assert not any(value in argument for value in secret for argument in arguments)
        assert is_required(given)
        seen.append(path)
        return 0

    monkeypatch.setattr(serve, "_run", look)
    assert serve.serve(tmp_path, address="0.0.0.0") == 0
    assert not seen[0].exists()


def _page() -> None:
    import streamlit as st

    from dashboards.identity import current_identity

    identity = current_identity()
    st.write(f"{identity.user} {len(identity.roles)}" if identity else "nobody")


def shown(monkeypatch: pytest.MonkeyPatch, address: str) -> str:
    import streamlit as st

    known = st.get_option
    monkeypatch.setattr(st, "get_option", lambda name: address if name == "server.address" else known(name))
    return AppTest.from_function(_page).run(timeout=60).markdown[0].value


def test_the_app_itself_lets_nobody_in_beyond_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever started it: Streamlit without an address listens everywhere."""
    assert shown(monkeypatch, "127.0.0.1") == f"{local_identity().user} 4"
    assert shown(monkeypatch, "") == "nobody"
    assert shown(monkeypatch, "0.0.0.0") == "nobody"


@pytest.mark.parametrize(
    ("host", "words"), [("localhost:8501", "4"), ("127.0.0.1:8501", "4"), ("oversight.example.org", "nobody")]
)
def test_whoever_calls_it_by_another_name_is_not_of_this_machine(
    monkeypatch: pytest.MonkeyPatch, host: str, words: str
) -> None:
    import streamlit as st

    monkeypatch.setattr(st, "context", SimpleNamespace(headers={"Host": host}))
    assert words in shown(monkeypatch, "127.0.0.1")


def test_the_app_that_requires_sign_in_knows_nobody_by_itself(monkeypatch: pytest.MonkeyPatch, users: Path) -> None:
    monkeypatch.setenv(REQUIRED_VARIABLE, "oidc")
    monkeypatch.setenv(USERS_VARIABLE, str(users))
    assert shown(monkeypatch, "127.0.0.1") == "nobody"
