import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.customers.sheets import FileUnusable
from accounts.quality.matching import addresses, corpus, files, finding, records, words


def pair(kind, one, other):
    """The match of two rows among nothing else."""
    a, b = records.of_row(one, id="a"), records.of_row(other, id="b")
    return finding.compare(a, b, kind, corpus.of_records([a, b]))


@pytest.mark.parametrize(
    ("written", "spelling"),
    [
        ("Straße der Érmitage", "strasse der ermitage"),
        ("O'Brien & Sons, Inc.", "obrien and sons inc"),
        ("Казанский энергетический", "kazanskii energeticheskii"),
        ("株式会社ニコン", "株式会社ニコン"),
        ("", ""),
    ],
)
def test_name_is_brought_to_one_spelling(written, spelling):
    assert words.plain(written) == spelling


def test_legal_form_and_small_words_do_not_tell_companies_apart():
    assert words.core(words.plain("The Helios Werke GmbH & Co. KG")) == ("helios", "werke")


@pytest.mark.parametrize(("one", "other", "count"), [("arya", "raya", 1), ("berlin", "berln", 1), ("abc", "abc", 0)])
def test_swap_of_neighbours_counts_as_one_change(one, other, count):
    assert words.changes(one, other) == count


@given(st.text("abc", max_size=8), st.text("abc", max_size=8))
def test_changes_are_the_same_both_ways_and_never_more_than_letters(one, other):
    assert words.changes(one, other) == words.changes(other, one) <= max(len(one), len(other))


@pytest.mark.parametrize(
    ("line", "house", "street"),
    [
        ("6011 S. Rockwell", "6011", ("rockwell",)),
        ("4753-59 W. Washington Blvd", "4753", ("washington",)),
        ("Musterstraße 12a", "12a", ("muster",)),
        ("461 E 111th Street", "461", ("111",)),
        ("8128 S Dr. Martin Luther King Dr", "8128", ("king",)),
        ("", "", ()),
    ],
)
def test_street_line_is_taken_apart(line, house, street):
    assert addresses.parse("", line) == addresses.Address(house, street)


def test_person_is_found_with_names_swapped_and_a_slip_of_the_pen():
    one = {
        "given_name": "Michaela",
        "surname": "Moulton",
        "street": "15 Lander Crescent",
        "city": "Northgate",
        "postcode": "4217",
    }
    other = one | {"given_name": "Moulton", "surname": "Michela", "city": "Northgnate"}

    match = pair(records.PERSONS, one, other)

    assert match.score > 0.9
    assert match.why[0] == "same address: 15 lander crescent"


def test_namesakes_of_whom_nothing_else_is_known_are_not_taken_for_one():
    one = {"given_name": "Joan", "surname": "Smith"}

    assert pair(records.PERSONS, one, dict(one)).score < 0.5


def test_site_is_found_by_address_and_part_of_its_name():
    one = {"name": "Lutheran Social Services ROGERS PARK", "address": "1754 W. Devon", "phone": "773 555 4600"}
    other = {"name": "Rogers Park Center", "address": "1754 West Devon Avenue", "phone": "7735559999"}

    match = pair(records.SITES, one, other)

    assert match.score > 0.7
    assert match.why[0] == "same address: 1754 devon"


def test_two_firms_in_one_house_are_not_taken_for_one():
    one = {"name": "Alpen Druck GmbH", "address": "Hauptstr. 5", "zip": "10115", "phone": "030 1111111"}
    other = {"name": "Weser Logistik AG", "address": "Hauptstraße 5", "zip": "10115", "phone": "030 2222222"}

    assert pair(records.SITES, one, other).score < 0.5


def test_organisation_is_found_by_the_name_it_went_by_before():
    one = {"name": "FernUni Schweiz", "city": "Brig", "country": "CH"}
    other = {"name": "UniDistance Suisse", "city": "Brig", "country": "CH", "aliases": "FernUni Schweiz|UniDistance"}

    match = pair(records.ORGANISATIONS, one, other)

    assert match.score > 0.5
    assert "the one goes by a name of the other" in match.why


def test_same_name_in_another_country_is_not_taken_for_one():
    one = {"name": "Boehringer (Portugal)", "country": "PT", "city": "Lisbon", "website": "https://www.boehringer.com/pt"}
    other = {"name": "Boehringer (Spain)", "country": "ES", "city": "Madrid", "website": "https://www.boehringer.es"}

    match = pair(records.ORGANISATIONS, one, other)

    assert match.score < 0.5
    assert "against: countries differ: PT, ES" in match.why


def test_work_grows_with_the_records_and_not_with_their_square():
    rows = [records.of_row({"name": f"Werk {number}", "city": "Bonn"}, id=f"{number:04}") for number in range(2000)]

    assert sum(1 for _ in finding.pairs(rows, records.ORGANISATIONS)) < 20_000


@given(st.dictionaries(st.sampled_from(["name", "street", "phone", "postcode", "website", "birth_date", "surname"]), st.text()))
def test_any_row_can_be_compared_with_itself(row):
    for kind in finding.KINDS:
        assert 0 <= pair(kind, row, row).score <= 1


def read(text):
    return files.read(io.BytesIO(text.encode()))


def test_rows_are_read_by_whatever_their_columns_are_called():
    rows, kinds = read("rec_id,Given Name,last_name,DOB\n7,Ada,Byron,1815-12-10\n")

    assert kinds == (records.PERSONS,)
    assert (rows[0].id, rows[0].given, rows[0].surname, rows[0].born) == ("7", "ada", "byron", "18151210")


def test_first_column_that_ends_in_id_names_the_rows():
    rows, kinds = read("CustomerID,CompanyName,PostalCode,Country\nALFKI,Alfreds Futterkiste,12209,DE\n")

    assert kinds == (records.ORGANISATIONS,)
    assert (rows[0].id, rows[0].names, rows[0].postcode) == ("ALFKI", ("alfreds futterkiste",), "12209")


def test_every_faulty_row_is_named():
    with pytest.raises(files.RowsUnusable) as caught:
        read("id,name\n1,A\n1,B\n,C\n2\n")

    assert caught.value.faults == [
        'row 3: the id "1" appears already in row 2',
        "row 4: has no id",
        "row 5: has 1 cells where the header names 2",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "The file is empty: its first line must name the columns."),
        ("name,city\nA,B\n", "line 1: no column is called id. There are: name, city."),
        ("id,id\n", "line 1: the column id is named more than once."),
        ('id,name\n1,"open\n', "line 2: this is no CSV: unexpected end of data."),
    ],
)
def test_file_that_cannot_be_read_is_refused_with_the_line(text, reason):
    with pytest.raises(FileUnusable) as caught:
        read(text)

    assert caught.value.reason == reason
