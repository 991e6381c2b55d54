"""Nothing grows rooms: the sizes of STYLE section 12, measured on the source itself."""

import ast
import statistics

from tests.architecture.source import DOMAIN, PACKAGES, ROOT, WINDOWS, files, functions, length, place, tree

BRANCHES = (ast.If, ast.For, ast.While, ast.IfExp, ast.ExceptHandler, ast.BoolOp, ast.Match, ast.comprehension)


def test_no_file_has_more_than_400_lines():
    long = {place(path): lines for path in files(*PACKAGES) if (lines := len(path.read_text().splitlines())) > 400}

    assert long == {}


def test_no_function_has_more_than_40_lines():
    long = {place(p, f): length(f) for p in files(*PACKAGES) for f in functions(p) if length(f) > 40}

    assert long == {}


def test_half_of_all_functions_have_at_most_9_lines():
    lengths = [length(f) for p in files(*DOMAIN, *WINDOWS) for f in functions(p)]

    assert statistics.median(lengths) <= 9


def test_no_view_has_more_than_25_lines():
    views = [p for p in files(*WINDOWS) if "views" in p.parts]
    long = {place(p, f): length(f) for p in views for f in functions(p) if length(f) > 25}

    assert long == {}


def test_no_class_has_more_than_150_lines():
    classes = ((p, n) for p in files(*PACKAGES) for n in ast.walk(tree(p)) if isinstance(n, ast.ClassDef))
    long = {place(p, n): length(n) for p, n in classes if length(n) > 150}

    assert long == {}


def test_no_template_has_more_than_150_lines():
    templates = sorted((ROOT / "templates").rglob("*.html"))
    long = {place(path): lines for path in templates if (lines := len(path.read_text().splitlines())) > 150}

    assert long == {}


def test_no_stylesheet_or_script_has_more_than_400_lines():
    assets = [p for kind in ("*.css", "*.js") for p in (ROOT / "static").rglob(kind) if "vendor" not in p.parts]
    long = {place(path): lines for path in assets if (lines := len(path.read_text().splitlines())) > 400}

    assert long == {}


def test_no_function_has_more_than_10_branches():
    counts = {place(p, f): sum(isinstance(n, BRANCHES) for n in ast.walk(f)) for p in files(*PACKAGES) for f in functions(p)}

    assert {where: count for where, count in counts.items() if count > 10} == {}
