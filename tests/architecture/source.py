"""The project's own source, parsed once, for the tests that hold it to its style."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DOMAIN = ("accounts", "billing", "support")
WINDOWS = ("portal", "backoffice", "window")
PACKAGES = (*DOMAIN, *WINDOWS, "config")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def files(*packages: str) -> tuple[Path, ...]:
    """Return the Python files of the packages, without migrations."""
    found = (path for package in packages for path in sorted((ROOT / package).rglob("*.py")))
    return tuple(path for path in found if "migrations" not in path.parts)


@cache
def tree(path: Path) -> ast.Module:
    """Return the parsed file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def place(path: Path, node: ast.AST | None = None) -> str:
    """Name a place in the source as people would look it up: file:line."""
    line = f":{node.lineno}" if node is not None and hasattr(node, "lineno") else ""
    return f"{path.relative_to(ROOT)}{line}"


def functions(path: Path) -> Iterator[Function]:
    """Yield every function and method of the file."""
    for node in ast.walk(tree(path)):
        if isinstance(node, Function):
            yield node


def length(node: Function | ast.ClassDef) -> int:
    """Count the lines of a definition, its docstring left out: explaining is free."""
    body = getattr(node, "body", [])
    spoken = 0
    if (
        body
        and isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
        and isinstance(body[0].value.value, str)
    ):
        spoken = body[0].end_lineno - body[0].lineno + 1
    return node.end_lineno - node.lineno + 1 - spoken
