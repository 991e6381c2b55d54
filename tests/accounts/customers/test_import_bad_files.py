"""Files nobody should send: each ends in one clear line, and nothing (or only whole, reported rows) was changed."""

import gzip

import pytest

from accounts.customers import tree
from accounts.customers.models import Customer
from accounts.timeline.models import Activity
from tests.accounts.customers.command import complaint, counts, imported, told

pytestmark = pytest.mark.django_db

HEADER = "ref,parent_ref,name,kind\n"
GOOD = "A,,Alpha,group\n"
MEGABYTE = 1_000_000


@pytest.fixture
def csv_file(tmp_path):
    """A file with the given content, text or bytes."""

    def write(content, name="customers.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


UNREADABLE = {
    "no UTF-8": (HEADER.encode() + b"A,,M\xfcller,group\n", "line 2: byte 5 (0xfc) is not UTF-8. Save the file as UTF-8."),
    "UTF-16": (HEADER.encode("utf-16"), "line 1: byte 1 (0xff) is not UTF-8. Save the file as UTF-8."),
    "cut UTF-8": (HEADER.encode() + "A,,Mü".encode()[:-1], "line 2: byte 5 (0xc3) is not UTF-8. Save the file as UTF-8."),
    "nothing": (b"", "The file is empty: its first line must name the columns."),
    "an empty header": (b",,\nA,,Alpha\n", "The file is empty: its first line must name the columns."),
    "a repeated column": (b"ref,name,ref\nA,Alpha,B\n", "line 1: the column ref is named more than once."),
    "no ref": (b"id,name\nA,Alpha\n", "line 1: no column is called ref. There are: id, name. Map one with --columns."),
    "no name": (b"ref,kind\nA,group\n", "line 1: no column is called name. There are: ref, kind. Map one with --columns."),
    "another delimiter": (b"ref;name\nA;B\n", "line 1: no column is called ref. There are: ref;name. Map one with --columns."),
    "an open quote": (HEADER.encode() + b'A,,"Alpha,group\n', "line 2: this is no CSV: unexpected end of data."),
    "text after a quote": (HEADER.encode() + b'A,,"Al"pha,group\n', "line 2: this is no CSV: ',' expected after '\"'."),
    "a false gzip": (b"\x1f\x8b\x08 and then words", "after line 0: cannot be unpacked"),
    "a cut gzip": (gzip.compress((HEADER + GOOD * 50).encode())[:-20], "cannot be unpacked"),
}


@pytest.mark.parametrize(("content", "line"), UNREADABLE.values(), ids=UNREADABLE)
def test_unreadable_file_is_refused_in_one_line_and_changes_nothing(csv_file, content, line):
    said = complaint(csv_file(content))

    assert line in said
    assert Customer.objects.count() == 0


def test_rows_before_an_unreadable_line_are_not_taken_either(csv_file):
    path = csv_file((HEADER + GOOD).encode() + b"B,A,M\xfcller,group\n")

    assert complaint(path) == "line 3: byte 6 (0xfc) is not UTF-8. Save the file as UTF-8."
    assert Customer.objects.count() == 0


def test_missing_file_is_refused_in_one_line(tmp_path):
    assert complaint(tmp_path / "gone.csv") == "No such file or directory."


def test_folder_in_place_of_a_file_is_refused_in_one_line(tmp_path):
    assert "Is a directory" in complaint(tmp_path)


def test_file_of_100_megabytes_is_refused_before_it_is_read(csv_file):
    path = csv_file(HEADER)
    with path.open("ab") as file:
        file.truncate(100 * MEGABYTE)

    assert complaint(path) == "The file is larger than 50 MB. Split it, or raise --max-mb."


def test_gzip_bomb_is_refused_while_it_is_unpacked(csv_file):
    row = b"A,," + b"x" * 90_000 + b",group\n"
    path = csv_file(gzip.compress(HEADER.encode() + row * 1_000), "bomb.csv.gz")

    assert path.stat().st_size < MEGABYTE
    assert complaint(path) == "The file is larger than 50 MB. Split it, or raise --max-mb."


def test_gzip_bomb_without_line_ends_is_refused_at_its_first_megabyte(csv_file):
    path = csv_file(gzip.compress(b"\0" * (60 * MEGABYTE)), "bomb.csv.gz")

    assert complaint(path) == "line 1: is longer than 1000000 bytes; this is no CSV of customers."


def test_file_with_too_many_rows_is_refused(csv_file):
    path = csv_file(HEADER + GOOD + "B,A,Beta,group\n")

    assert complaint(path, "--max-rows", "1") == "The file has more than 1 rows. Split it, or raise --max-rows."
    assert Customer.objects.count() == 0


def test_other_delimiter_is_read_when_it_is_named(csv_file):
    path = csv_file("ref;parent_ref;name;kind\nA;;Alpha, Beta;group\n")

    assert counts(imported(path, "--delimiter", ";")) == (1, 0, 0, 0)
    assert Customer.objects.get().name == "Alpha, Beta"


def test_file_as_a_spreadsheet_saves_it_is_read(csv_file):
    path = csv_file("\ufeff" + (HEADER + GOOD + "\n").replace("\n", "\r\n"))

    assert counts(imported(path)) == (1, 0, 0, 0)


FAULTY_ROWS = {
    "unknown parent": ("B,Z,Beta,group", "parent_ref", "Z is neither in the file nor among the customers"),
    "itself as parent": ("B,B,Beta,group", "parent_ref", "it names itself as its parent"),
    "repeated ref": ("A,,Again,group", "ref", '"A" appears already in row 2'),
    "unknown kind": ("B,A,Beta,castle", "kind", 'there is no kind of customer called "castle"'),
    "no kind": ("B,A,Beta,", "kind", "says no kind"),
    "no name": ("B,A,  ,group", "name", "is empty"),
    "no ref": (",A,Beta,group", "ref", "is empty"),
    "too few cells": ("B,A", "row", "has 2 cells where the header names 4"),
    "too many cells": ("B,A,Beta,group,x", "row", "has 5 cells where the header names 4"),
    "NUL byte": ("B,A,Be\0ta,group", "name", "contains control characters"),
    "long name": (f"B,A,{'x' * 251},group", "name", "is longer than 250 characters (251)"),
    "wrong place": ("B,,4711,cost_centre", "parent_ref", "a cost centre cannot be the root of a group"),
}


@pytest.mark.parametrize(("row", "column", "reason"), FAULTY_ROWS.values(), ids=FAULTY_ROWS)
def test_faulty_row_is_refused_with_its_reason_and_the_others_are_taken(csv_file, row, column, reason):
    result = imported(csv_file(f"{HEADER}{GOOD}{row}\nC,A,Gamma,group\n"))

    assert counts(result) == (2, 0, 0, 1)
    assert [(fault["row"], fault["column"], fault["reason"]) for fault in result["faults"]] == [(3, column, reason)]
    assert set(Customer.objects.values_list("name", flat=True)) == {"Alpha", "Gamma"}
    assert tree.check() == []


def test_rows_in_a_circle_are_refused_with_all_that_hang_below(csv_file):
    result = imported(csv_file(HEADER + GOOD + "B,C,Beta,group\nC,B,Gamma,group\nD,C,Delta,group\n"))

    assert counts(result) == (1, 0, 0, 3)
    assert {(fault["ref"], fault["reason"]) for fault in result["faults"]} == {
        ("B", "C leads back to it in a circle"),
        ("C", "B leads back to it in a circle"),
        ("D", "its parent C was refused"),
    }


def test_circle_with_customers_that_are_there_already_is_refused_and_they_stay(csv_file):
    imported(csv_file(HEADER + GOOD + "B,A,Beta,group\n"))

    result = imported(csv_file(HEADER + "A,B,Alpha,group\n"))

    assert counts(result) == (0, 0, 0, 1)
    assert Customer.objects.get(ref="A").parent is None


def test_tree_of_65_levels_loses_only_its_last(csv_file):
    rows = [f"N{level},{f'N{level - 1}' if level else ''},Level {level},group" for level in range(65)]

    result = imported(csv_file(HEADER + "\n".join(rows)))

    assert counts(result) == (64, 0, 0, 1)
    assert result["faults"][0]["reason"] == "under N63 the tree would be deeper than 64 levels"


NAMES = ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "株式会社日立", "שלום‏", "<script>alert(1)</script>", "Søren 🎈", "O'Neill \\N"]


@pytest.mark.parametrize("name", NAMES)
def test_name_is_kept_as_it_came(csv_file, name):
    imported(csv_file(f'{HEADER}A,,"{name}",group\n'))

    assert Customer.objects.get().name == name


def test_dry_run_says_the_same_and_changes_nothing(csv_file):
    path = csv_file(HEADER + GOOD + "B,Z,Beta,group\n")

    rehearsal, result = imported(path, "--dry-run"), imported(path)

    assert counts(rehearsal) == counts(result) == (1, 0, 0, 1)
    assert Activity.objects.filter(kind="accounts.customer_imported").count() == 1


def test_dry_run_lists_every_fault_and_an_import_the_first_fifty(csv_file):
    path = csv_file(HEADER + "".join(f"B{n},Z,Beta,group\n" for n in range(60)))

    rehearsal, done = told(path, "--dry-run"), told(path)

    assert [line.partition(":")[0] for line in rehearsal[1:]] == [f"row {row}" for row in range(2, 62)]
    assert (len(done), done[-1]) == (52, "… and 10 more faults; --json shows all")


OPTIONS = {
    "no equals sign": (("--columns", "ref"), '--columns: "ref" is not of the form ours=theirs, such as ref=id.'),
    "unknown column of ours": (("--columns", "shoe=x"), "--columns: shoe is no column of customers."),
    "unknown column of theirs": (("--columns", "city=town"), "line 1: there is no column town, but city is to be read from it."),
    "unknown column to choose by": (("--where", "type=x"), "line 1: there is no column type, but rows are to be chosen by it."),
    "half a choice": (("--where", "type"), '--where "type": write COLUMN=VALUE.'),
    "long delimiter": (("--delimiter", ";;"), "--delimiter: write one sign"),
    "names without columns": (("--names", "x.csv"), '--names "x.csv": write FILE:REF=NAME'),
    "names from nowhere": (("--names", "/gone.csv:a=b"), "/gone.csv: No such file or directory."),
}


@pytest.mark.parametrize(("options", "line"), OPTIONS.values(), ids=OPTIONS)
def test_wrong_option_is_refused_in_one_line(csv_file, options, line):
    assert complaint(csv_file(HEADER + GOOD), *options).startswith(line)
    assert Customer.objects.count() == 0


def test_fault_in_the_file_of_names_names_that_file(csv_file):
    names = csv_file(b"lei,legal_name\nA,M\xfcller\n", "names.csv")

    said = complaint(csv_file(HEADER + GOOD), "--names", f"{names}:lei=legal_name")

    assert said == f"{names}: line 2: byte 4 (0xfc) is not UTF-8. Save the file as UTF-8."
