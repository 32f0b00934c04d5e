"""What the two READMEs tell people to do exists, and both tell the same."""

import re
from pathlib import Path

import click
import pytest

ROOT = Path(__file__).parents[2]
ENGLISH, CHINESE = "README.md", "README.zh-CN.md"


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def commands(name: str) -> list[list[str]]:
    """Every line that shows a `lianxi` command, without its comment and without the program's name."""
    return [line.split("#")[0].split()[1:] for line in text(name).splitlines() if line.startswith("lianxi ")]


def existing(words: list[str]) -> bool:
    from services.console.main import cli

    command: click.Command | None = cli
    context = click.Context(cli)
    for word in words:
        if not isinstance(command, click.Group):
            return True
        command = command.get_command(context, word)
    return command is not None


@pytest.mark.parametrize("name", [ENGLISH, CHINESE])
def test_every_command_that_is_shown_exists(name: str) -> None:
    shown = commands(name)
    assert len(shown) > 10
    assert [words for words in shown if not existing(words)] == []


@pytest.mark.parametrize("name", [ENGLISH, CHINESE])
def test_every_file_that_is_linked_exists(name: str) -> None:
    linked = [target for target in re.findall(r"\]\(([^)#]+)\)", text(name)) if "://" not in target]
    assert linked
    assert [target for target in linked if not (ROOT / target).exists()] == []


@pytest.mark.parametrize("name", [ENGLISH, CHINESE])
def test_every_make_target_that_is_named_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    named = set(re.findall(r"`?\bmake ([a-z]+)`", text(name)))
    assert {"demo", "test", "up"} <= named <= targets


def test_both_show_the_same_commands_and_exit_codes() -> None:
    assert [words[0] for words in commands(ENGLISH)] == [words[0] for words in commands(CHINESE)]
    codes = [re.findall(r"^\| (\d) \|", text(name), re.MULTILINE) for name in (ENGLISH, CHINESE)]
    assert codes == [["0", "1", "2", "3", "4"]] * 2
