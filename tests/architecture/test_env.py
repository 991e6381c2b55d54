"""What the environment may say: every variable is declared and documented, and nonsense is refused by name."""

from pathlib import Path

import pytest

from config import env
from config.launcher import state

NONSENSE = [
    ("SITE_URL", "accord.example"),
    ("SITE_URL", "ftp://accord.example"),
    ("DATABASE_URL", "mysql://user:secret@host/accord"),
    ("DATABASE_URL", "postgres://user:secret@host:99999/accord"),
    ("DATABASE_URL", "postgres://[::1/accord"),
    ("CELERY_BROKER_URL", "memory://"),
    ("CACHE_URL", "locmem"),
    ("EMAIL_URL", "smtp://"),
    ("DEBUG", "perhaps"),
    ("DATABASE_POOLED", "2"),
    ("TRUSTED_PROXIES", "-1"),
    ("TRUSTED_PROXIES", "٣"),
    ("TRUSTED_PROXIES", "6"),
    ("LOG_LEVEL", "LOUD"),
    ("ACCORD_PROCESS", "kitchen"),
    ("ACCORD_STATE", "/etc/passwd"),
    ("DJANGO_SETTINGS_MODULE", "config.settings.produktion"),
    ("SECRET_KEY_FILE", "/no/such/file"),
]


def fault_of(**environment: str) -> str:
    with pytest.raises(env.WrongEnvironment) as refused:
        env.read(environment)
    return str(refused.value)


@pytest.mark.parametrize(("name", "value"), NONSENSE)
def test_nonsense_is_refused_in_one_line_that_names_the_variable(name: str, value: str):
    fault = fault_of(**{name: value})

    assert fault.startswith(f"accord: {name.removesuffix('_FILE')}: ")
    assert "\n" not in fault


def test_every_fault_has_its_line_when_several_values_are_wrong():
    fault = fault_of(DEBUG="perhaps", LOG_LEVEL="LOUD")

    assert [line.split(":")[1].strip() for line in fault.splitlines()] == ["DEBUG", "LOG_LEVEL"]


def test_secret_is_not_repeated_when_it_is_refused():
    assert "hunter2" not in fault_of(DATABASE_URL="mysql://accord:hunter2@host/accord")


def test_unknown_name_of_ours_is_refused_with_the_name_that_was_meant():
    assert fault_of(ACCORD_STAET="/tmp/x") == "accord: ACCORD_STAET: there is no such variable; did you mean ACCORD_STATE?"


def test_names_of_others_are_left_alone():
    assert env.read({"HOME": "/root", "PATH": "/usr/bin"})["LOG_LEVEL"] == "info"


def test_empty_value_means_the_default():
    assert env.read({"DEBUG": "", "ALLOWED_HOSTS": ""}) == env.read({})


def test_values_are_read_as_their_kind():
    values = env.read(
        {"DEBUG": "yes", "ALLOWED_HOSTS": "a.example, b.example,", "TRUSTED_PROXIES": "2", "ACCORD_STATE": "/tmp/state"}
    )

    assert values["DEBUG"] is True
    assert values["ALLOWED_HOSTS"] == ["a.example", "b.example"]
    assert values["TRUSTED_PROXIES"] == 2
    assert values["ACCORD_STATE"] == Path("/tmp/state")


def test_address_is_kept_as_given_when_it_names_a_socket():
    given = "redis+socket:///run/valkey.sock?virtual_host=0"

    assert env.read({"CELERY_BROKER_URL": given})["CELERY_BROKER_URL"].text == given


def test_secret_comes_from_the_file_that_is_named(tmp_path: Path):
    (tmp_path / "key").write_text("from a file\n")

    assert env.read({"SECRET_KEY_FILE": str(tmp_path / "key")})["SECRET_KEY"] == "from a file"


def test_every_variable_is_documented_for_operators():
    guide = (state.CHECKOUT / "docs" / "how-to" / "operate.md").read_text()

    missing = [variable.name for variable in env.VARIABLES if f"| `{variable.name}` | {variable.meaning}" not in guide]

    assert missing == []
