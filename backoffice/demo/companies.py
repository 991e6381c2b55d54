"""The customers of the demo world: groups as trees of nodes, with where they are and what they subscribe to.

All companies are invented. A node is written as a line of facts and its children; `plans` are (plan, quantity) pairs that
began `months` whole months ago; who was known before they signed anything was added `known` months ago.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Place:
    """Where a node is: what an invoice and a clock need to know."""

    street: str
    postcode: str
    city: str
    country: str
    timezone: str
    language: str = "en"
    currency: str = "EUR"


@dataclass(frozen=True)
class Node:
    """One customer of the demo world and what stands below it."""

    ref: str
    name: str
    kind: str
    place: Place
    legal_name: str = ""
    tax_id: str = ""
    email: str = ""
    tier: str = "standard"
    cost_centre: str = ""
    plans: tuple[tuple[str, int], ...] = ()
    months: int = 12
    known: int = 0
    bill_day: int = 1
    children: tuple["Node", ...] = field(default_factory=tuple)


MUNICH = Place("Prinzregentenstraße 48", "80538", "München", "DE", "Europe/Berlin", "de")
BRUSSELS = Place("Avenue des Arts 21", "1000", "Bruxelles", "BE", "Europe/Brussels")
FRANKFURT = Place("Taunusanlage 9", "60329", "Frankfurt am Main", "DE", "Europe/Berlin", "de")
BERLIN = Place("Invalidenstraße 113", "10115", "Berlin", "DE", "Europe/Berlin", "de")
BOSTON = Place("180 Atlantic Avenue", "02110", "Boston", "US", "America/New_York", currency="USD")
HAMBURG = Place("Am Sandtorkai 30", "20457", "Hamburg", "DE", "Europe/Berlin", "de")
GDANSK = Place("ulica Długa 12", "80-827", "Gdańsk", "PL", "Europe/Warsaw")
UTRECHT = Place("Oudegracht 187", "3511 NE", "Utrecht", "NL", "Europe/Amsterdam")
DUBLIN = Place("14 Merrion Square North", "D02 E2X3", "Dublin", "IE", "Europe/Dublin")
LISBON = Place("Rua do Alecrim 54", "1200-018", "Lisboa", "PT", "Europe/Lisbon")
TURIN = Place("Via Po 17", "10124", "Torino", "IT", "Europe/Rome")
VIENNA = Place("Lindengasse 32", "1070", "Wien", "AT", "Europe/Vienna", "de")
COPENHAGEN = Place("Nørre Farimagsgade 11", "1364", "København", "DK", "Europe/Copenhagen")
LYON = Place("12 quai Saint-Antoine", "69002", "Lyon", "FR", "Europe/Paris")
LEIPZIG = Place("Karl-Liebknecht-Straße 8", "04107", "Leipzig", "DE", "Europe/Berlin", "de")
GRAZ = Place("Sporgasse 5", "8010", "Graz", "AT", "Europe/Vienna", "de")

HELIOS = Node(
    "HG",
    "Helios Group",
    "group",
    MUNICH,
    legal_name="Helios Group SE",
    email="group@helios.example",
    tier="gold",
    children=(
        Node(
            "HE",
            "Helios Europe",
            "division",
            BRUSSELS,
            legal_name="Helios Europe NV",
            email="europe@helios.example",
            tier="gold",
            plans=(("insight-team", 1),),
            months=10,
            children=(
                Node(
                    "HD",
                    "Helios Germany",
                    "legal_entity",
                    FRANKFURT,
                    legal_name="Helios Deutschland GmbH",
                    tax_id="DE136695976",
                    email="rechnung@helios.example",
                    tier="gold",
                    plans=(("workspace-business", 24),),
                    months=13,
                    children=(
                        Node(
                            "HB",
                            "Berlin",
                            "site",
                            BERLIN,
                            email="berlin@helios.example",
                            tier="gold",
                            cost_centre="4100",
                            plans=(("workspace-team", 10), ("connect-site", 2)),
                            months=8,
                            known=14,
                            children=(
                                Node(
                                    "HL",
                                    "Lab",
                                    "department",
                                    BERLIN,
                                    email="lab@helios.example",
                                    tier="gold",
                                    cost_centre="4150",
                                    plans=(("workspace-basic", 4),),
                                    months=5,
                                ),
                            ),
                        ),
                        Node(
                            "HM",
                            "Leipzig",
                            "site",
                            LEIPZIG,
                            email="leipzig@helios.example",
                            tier="gold",
                            cost_centre="4200",
                            plans=(("workspace-team", 6),),
                            months=4,
                        ),
                    ),
                ),
            ),
        ),
        Node(
            "HU",
            "Helios US",
            "legal_entity",
            BOSTON,
            legal_name="Helios US Inc.",
            email="billing@us.helios.example",
            tier="gold",
            plans=(("workspace-business", 18),),
            months=9,
        ),
    ),
)

OTHERS = (
    Node(
        "NW",
        "Nordwind Logistik",
        "group",
        HAMBURG,
        legal_name="Nordwind Logistik AG",
        tax_id="DE811907980",
        email="kreditoren@nordwind.example",
        tier="silver",
        plans=(("workspace-business", 35), ("messages-plus", 1), ("academy-place", 3)),
        months=14,
        children=(
            Node(
                "NW-TER",
                "Terminal Altenwerder",
                "site",
                HAMBURG,
                email="terminal@nordwind.example",
                cost_centre="710",
                plans=(("connect-site", 4), ("workspace-basic", 12)),
                months=11,
            ),
            Node(
                "NW-PL",
                "Nordwind Polska",
                "legal_entity",
                GDANSK,
                legal_name="Nordwind Polska sp. z o.o.",
                email="faktury@nordwind.example",
                plans=(("workspace-team", 9),),
                months=7,
            ),
        ),
    ),
    Node(
        "PO",
        "Polder Energie",
        "group",
        UTRECHT,
        legal_name="Polder Energie B.V.",
        email="facturen@polder.example",
        tier="silver",
        plans=(("workspace-team", 22), ("insight-team", 1)),
        months=12,
        bill_day=15,
        children=(
            Node(
                "PO-WIND",
                "Offshore Wind",
                "division",
                UTRECHT,
                email="wind@polder.example",
                plans=(("connect-site", 7),),
                months=6,
            ),
            Node(
                "PO-RET", "Retail", "division", UTRECHT, email="retail@polder.example", plans=(("workspace-basic", 15),), months=9
            ),
        ),
    ),
    Node(
        "KR",
        "Kestrel Rail",
        "group",
        DUBLIN,
        legal_name="Kestrel Rail DAC",
        email="accounts@kestrel.example",
        tier="gold",
        plans=(("workspace-business", 48),),
        months=13,
        children=(
            Node(
                "KR-DEP", "Connolly Depot", "site", DUBLIN, email="depot@kestrel.example", plans=(("connect-site", 3),), months=10
            ),
            Node(
                "KR-TIC",
                "Ticketing",
                "department",
                DUBLIN,
                email="ticketing@kestrel.example",
                plans=(("workspace-team", 11),),
                months=8,
            ),
        ),
    ),
    Node(
        "TR",
        "Tramontana Hotels",
        "group",
        LISBON,
        legal_name="Tramontana Hotéis S.A.",
        email="contas@tramontana.example",
        plans=(("workspace-team", 16),),
        months=11,
        bill_day=31,
        children=(
            Node(
                "TR-ALF",
                "Hotel Alfama",
                "site",
                LISBON,
                email="alfama@tramontana.example",
                plans=(("connect-site", 1),),
                months=9,
            ),
            Node(
                "TR-TOR", "Hotel Torino", "site", TURIN, email="torino@tramontana.example", plans=(("connect-site", 1),), months=3
            ),
        ),
    ),
    Node(
        "AM",
        "Alpenmolkerei",
        "group",
        VIENNA,
        legal_name="Alpenmolkerei eGen",
        email="buchhaltung@alpenmolkerei.example",
        plans=(("workspace-basic", 28),),
        months=10,
        children=(
            Node(
                "AM-GRZ", "Käserei Graz", "site", GRAZ, email="graz@alpenmolkerei.example", plans=(("connect-site", 2),), months=5
            ),
        ),
    ),
    Node(
        "SF",
        "Sable & Finch",
        "group",
        COPENHAGEN,
        legal_name="Sable & Finch ApS",
        tax_id="DK13585628",
        email="regnskab@sablefinch.example",
        plans=(("workspace-team", 8), ("insight-team", 1), ("parts-box", 2)),
        months=6,
    ),
    Node(
        "LU",
        "Maison Lumen",
        "group",
        LYON,
        legal_name="Maison Lumen SAS",
        email="compta@lumen.example",
        plans=(("workspace-basic", 5),),
        months=2,
    ),
    Node(
        "OX",
        "Oxbow Foods",
        "group",
        DUBLIN,
        legal_name="Oxbow Foods Ltd",
        email="ap@oxbow.example",
        tier="silver",
        plans=(("workspace-business", 14), ("connect-site", 5)),
        months=12,
    ),
    # Serves Oxbow Foods and raises tickets for it: see relations.py.
    Node(
        "LW",
        "Lanternway Resale",
        "reseller",
        DUBLIN,
        legal_name="Lanternway Resale Ltd",
        email="hello@lanternway.example",
    ),
    # Kept twice: somebody on the phone did not find Nordwind Logistik.
    Node(
        "NW-2",
        "Nordwind Logistics",
        "group",
        HAMBURG,
        legal_name="Nordwind Logistik AG",
        tax_id="DE811907980",
        email="info@nordwind.example",
    ),
)
