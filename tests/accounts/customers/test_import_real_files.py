"""Public hierarchies land by options alone: each row in or refused with a reason, and a second run changes nothing."""

import pytest

from accounts.customers import tree
from accounts.customers.models import Customer
from tests.accounts.customers.command import counts, imported
from tests.accounts.customers.real_files import CUTS, FULL, POSTS, ROR, gleif

pytestmark = pytest.mark.django_db

full_files = pytest.mark.skipif(not FULL.exists(), reason="the full files are not beside this checkout")


def place_of(ref):
    return [node.name for node in Customer.objects.above(Customer.objects.get(ref=ref))]


def test_organisations_land_under_the_first_parent_that_leads_to_a_top():
    result = imported(CUTS / "ror_organisations.csv", *ROR)

    assert counts(result) == (62, 0, 0, 3)
    assert place_of("00c9syb98")[-2:] == ["Saolta University Health Care Group", "Merlin Park University Hospital"]
    assert tree.check() == []


def test_organisations_in_a_circle_are_refused_when_nothing_else_holds_them():
    result = imported(CUTS / "ror_organisations.csv", *ROR)

    refused = {(fault["ref"], fault["reason"]) for fault in result["faults"]}
    assert ("01bj3aw27", "02rcrvv70 is neither in the file nor among the customers") in refused
    assert ("028rfb880", "03bqy0f38 leads back to it in a circle") in refused
    assert ("03bqy0f38", "028rfb880 leads back to it in a circle") in refused


def test_organisation_that_names_itself_is_taken_under_its_next_parent_and_reported():
    result = imported(CUTS / "ror_organisations.csv", *ROR)

    assert place_of("02ek9wp67") == ["Aix-Marseille Université", "Aix-Marseille Sciences Economiques"]
    assert "it names itself as its parent" in {said["reason"] for said in result["remarks"] if said["ref"] == "02ek9wp67"}


def test_banking_group_gets_its_names_from_the_other_file_and_its_parent_without_a_row():
    result = imported(CUTS / "gleif_relationships.csv", *gleif(CUTS / "gleif_entities.csv"))

    assert (counts(result), result["parents_added"]) == ((20, 0, 0, 0), 1)
    assert place_of("2138003HW6485HGVSH88") == ["Industrial and Commercial Bank of China Limited", "ICBC (London) plc"]
    assert Customer.objects.get(ref="529900Q5Z3L25N2MD382").country == "LU"
    assert tree.check() == []


def test_posts_land_under_the_post_they_report_to():
    result = imported(CUTS / "uk_government_posts.csv", *POSTS)

    assert counts(result) == (15, 0, 0, 7)
    assert place_of("Ministry of Justice/Youth Justice Board/PB12") == ["Chair", "Chief Executive", "Director of Performance"]
    assert tree.check() == []


def test_post_that_reports_to_itself_is_refused_with_all_that_report_to_it():
    result = imported(CUTS / "uk_government_posts.csv", *POSTS)

    reasons = [fault["reason"] for fault in result["faults"]]
    assert reasons.count("it names itself as its parent") == 1
    assert sum("was refused" in reason for reason in reasons) == 5


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("ror_organisations", ROR),
        ("gleif_relationships", gleif(CUTS / "gleif_entities.csv")),
        ("uk_government_posts", POSTS),
    ],
)
def test_second_import_of_a_file_changes_nothing(name, options):
    first = imported(CUTS / f"{name}.csv", *options)
    before = list(Customer.objects.order_by("pk").values())

    second = imported(CUTS / f"{name}.csv", *options)

    assert second["unchanged"] == first["created"] - first["parents_added"]
    assert (second["created"], second["updated"], second["refused"]) == (0, 0, first["refused"])
    assert list(Customer.objects.order_by("pk").values()) == before


@full_files
@pytest.mark.parametrize(
    ("name", "options", "created", "refused"),
    [
        ("ror_organisations.csv.gz", ROR, 15_946, 0),
        ("gleif_relationships.csv.gz", gleif(FULL / "gleif_entities.csv.gz"), 4_000, 0),
        ("uk_government_posts_2011-03-31.csv.gz", POSTS, 4_947, 27),
    ],
)
def test_full_file_lands_within_20_seconds(name, options, created, refused):
    result = imported(FULL / name, *options)

    assert counts(result) == (created, 0, 0, refused)
    assert all(fault["reason"] for fault in result["faults"])
    assert result["seconds"] < 20
    assert tree.check() == []
