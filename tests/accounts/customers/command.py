"""Calling `import_customers` in tests as an operator would: a file, options, and what came back."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import CommandError, call_command


def imported(path: Path | str, *options: str) -> dict[str, Any]:
    """What the command says it did, as --json prints it."""
    out = StringIO()
    call_command("import_customers", str(path), "--json", *options, stdout=out)
    return json.loads(out.getvalue())


def told(path: Path | str, *options: str) -> list[str]:
    """The lines the command prints for people."""
    out = StringIO()
    call_command("import_customers", str(path), *options, stdout=out)
    return out.getvalue().splitlines()


def counts(result: dict[str, Any]) -> tuple[int, int, int, int]:
    """(created, updated, unchanged, refused)"""
    return result["created"], result["updated"], result["unchanged"], result["refused"]


def complaint(path: Path | str, *options: str) -> str:
    """The one line with which the command refuses the whole file."""
    try:
        call_command("import_customers", str(path), *options, stdout=StringIO())
    except CommandError as fault:
        assert "\n" not in str(fault)
        return str(fault).replace(f"{path}: ", "")
    return ""
