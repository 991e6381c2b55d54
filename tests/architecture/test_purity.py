"""What the domain never does: read a clock, count money in floats, hide an import, speak HTTP; windows never write."""

import ast

from tests.architecture.source import DOMAIN, PACKAGES, WINDOWS, files, functions, place, tree

CLOCKS = {
    ("timezone", "now"),
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
}
WRITES = {"save", "create", "bulk_create", "bulk_update", "update_or_create", "get_or_create", "delete"}


def _calls(path):
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute))


def _owner(call):
    owner = call.func.value
    return owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")


def test_domain_reads_no_clock():
    read = [place(p, c) for p in files(*DOMAIN) if p.name != "tasks.py" for c in _calls(p) if (_owner(c), c.func.attr) in CLOCKS]

    assert read == []


def test_money_is_never_counted_in_floats():
    floats = [
        place(path, node)
        for path in files("billing")
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.Attribute) and node.attr == "FloatField")
    ]

    assert floats == []


def test_every_import_stands_at_the_top():
    hidden = [
        place(path, node)
        for path in files(*PACKAGES)
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert hidden == []


def test_windows_write_nothing_themselves():
    written = [
        place(path, call)
        for path in files(*WINDOWS)
        for call in _calls(path)
        if call.func.attr in WRITES
        and (_owner(call) == "objects" or call.func.attr in {"save", "bulk_create", "bulk_update"})
        and not (isinstance(call.func.value, ast.Call) and getattr(call.func.value.func, "id", "") == "super")
    ]

    assert written == []


def test_windows_hold_no_models():
    models = [place(path) for path in files(*WINDOWS) if path.name == "models.py"]

    assert models == []


def test_no_room_is_called_a_drawer():
    drawers = {"utils.py", "helpers.py", "common.py", "services.py", "managers.py", "misc.py"}

    assert [place(path) for path in files(*PACKAGES) if path.name in drawers] == []


def test_lock_queries_are_always_evaluated():
    """A bare `select_for_update()` statement locks nothing: the query never runs."""
    bare = [
        place(path, node)
        for path in files(*PACKAGES)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and "select_for_update" in ast.dump(node.value.func)
        and getattr(node.value.func, "attr", "") not in {"get", "first", "exists", "count"}
    ]

    assert bare == []


def test_forms_and_serializers_list_their_fields():
    open_ended = [
        place(path, node)
        for path in files(*WINDOWS)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Assign)
        and any(getattr(t, "id", "") == "fields" for t in node.targets)
        and isinstance(node.value, ast.Constant)
        and node.value.value == "__all__"
    ]

    assert open_ended == []


def test_public_functions_of_the_domain_are_documented():
    silent = [
        place(path, node)
        for path in files(*DOMAIN)
        if path.name not in {"models.py", "apps.py"}
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]

    assert silent == []
