"""Every kind of page each person can reach answers, is accessible in both themes and fits a desk and a phone."""

import pytest

from tests.journeys.crawling import Crawl

pytestmark = [pytest.mark.journey, pytest.mark.long]
PERSONS = {
    "admin@helios.example": "/portal/",
    "payer@helios.example": "/portal/",
    "member@berlin.helios.example": "/portal/",
    "member@us.helios.example": "/portal/",
    "admin@nordwind.example": "/portal/",
    "agent@accord.example": "/backoffice/",
    "newagent@accord.example": "/backoffice/",
    "supervisor@accord.example": "/backoffice/",
    "finance@accord.example": "/backoffice/",
    "kam@accord.example": "/backoffice/",
    "manager@accord.example": "/admin/",
}


@pytest.mark.parametrize(("email", "start"), PERSONS.items(), ids=PERSONS)
def test_every_page_one_reaches_is_whole(signed_in, accord, email, start):
    crawl = Crawl(signed_in(email), accord.address)

    assert crawl.walk(start) == []
