"""Who buys: names, addresses and languages as they come, drawn by lot but always the same."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.text import slugify

from wainwright.customers.finding import Contact

GIVEN = {
    "german": "Jürgen Käthe Sören Ulrike Günther Heike Björn Anja Rüdiger Zoë Jörg Sabine Matthias"
    " Lena Jonas Mia Felix Hannelore Tobias Aylin Mehmet Birgit Stefan Marlene Lukas Änne Thorsten"
    " Friederike Emil Katharina".split(),
    "british": "Siobhán Oliver Niamh Amelia George Isla Harry Freya Alfie Imogen Rhys Eilidh Callum"
    " Priya Arthur Zainab Owen Beatrice Tomasz Gwen Hamish Nadia Edward Molly".split(),
    "american": "José Chloë Marcus Dolores Ethan Aaliyah Wyatt Guadalupe Tyler Naomi Hank Renée"
    " Darnell Sofía Walter Mei Jackson Lucía Caleb Ruth".split(),
    "europe": "François Zofia Søren Giulia Łukasz Inés Björk Matej Željka Ana João Elodie Ștefan"
    " Maarten Agnieszka Kjell Noémie Dimitris".split(),
}
FAMILY = {
    "german": "Müller Großmann Schäfer Weiß Köhler Böhm Jäger Kühn Schröder Yılmaz Nowak Vogel"
    " Brandt Krüger Hübner Öztürk Lindner Winkler Fuchs Sauer Gärtner Voß".split(),
    "british": "O’Sullivan Whitcombe Pryce-Jones Ashworth MacLeod Patel Hargreaves Penhaligon Khan"
    " Fairfax Ó Briain Tremaine Okafor Wójcik Lovelace Campbell".split(),
    "american": "García Nguyễn Washington O’Brien Ramírez Kowalczyk Begay Johnson Müller Park"
    " Delacroix Smith Castañeda Whitehorse Adams".split(),
    "europe": "Lefèvre Łęcka Kjær Bianchi Dvořák Núñez Þórsson Kovačić Novotný Gonçalves Popescu"
    " van’t Hoff Žukauskas Ångström Papadopoulos".split(),
}
# As they write themselves, and how their address spells them.
AS_WRITTEN = {
    "japanese": (
        ("Hiroshi Tanaka", "hiroshi.tanaka"),
        ("佐藤 美咲", "misaki.sato"),
        ("Yuki Nakamura", "yuki.nakamura"),
        ("Kenji Mori", "kenji.mori"),
        ("Aiko Fujimoto", "aiko.fujimoto"),
        ("高橋 健一", "kenichi.takahashi"),
        ("Emi Ōta", "emi.ota"),
        ("Ryō Shimizu", "ryo.shimizu"),
        ("Sakura Ishii", "sakura.ishii"),
        ("Daichi Endō", "daichi.endo"),
        ("Naoko Hayashi", "naoko.hayashi"),
        ("Shun Matsuda", "shun.matsuda"),
        ("Haruka Kōno", "haruka.kono"),
        ("Takumi Arai", "takumi.arai"),
        ("Michiko Ueda", "michiko.ueda"),
        ("Kazuo Ogawa", "kazuo.ogawa"),
        ("Rin Sakamoto", "rin.sakamoto"),
        ("Masashi Hirano", "masashi.hirano"),
        ("Yōko Kaneko", "yoko.kaneko"),
        ("Satoshi Wada", "satoshi.wada"),
        ("Chihiro Abe", "chihiro.abe"),
        ("Noboru Goto", "noboru.goto"),
        ("Mariko Ono", "mariko.ono"),
        ("Sunwoo Kim", "sunwoo.kim"),
        ("Mei-Ling Chen", "meiling.chen"),
        ("Claire Dubois", "claire.dubois"),
    ),
    "europe": (
        ("ليلى حداد", "layla.haddad"),
        ("נועה לוי", "noa.levi"),
        ("Γιώργος Παπαδάκης", "giorgos.papadakis"),
        ("Олена Шевчук", "olena.shevchuk"),
    ),
}
# street, postcode, city, region, country
PLACES = {
    "german": (
        ("Bahnhofstraße {}", "79098", "Freiburg", "", "DE"),
        ("Am Mühlbach {}", "72070", "Tübingen", "", "DE"),
        ("Schönhauser Allee {}", "10437", "Berlin", "", "DE"),
        ("Königstraße {}", "70173", "Stuttgart", "", "DE"),
        ("Mariahilfer Straße {}", "1060", "Wien", "", "AT"),
        ("Langstrasse {}", "8004", "Zürich", "", "CH"),
    ),
    "british": (
        ("{} Mill Lane", "EX4 4QJ", "Exeter", "Devon", "GB"),
        ("{} Byres Road", "G12 8AA", "Glasgow", "", "GB"),
        ("{} Cathedral Road", "CF11 9LL", "Cardiff", "", "GB"),
        ("{} Kingsland High Street", "E8 2JS", "London", "", "GB"),
        ("{} Dame Street", "D02 X285", "Dublin", "", "IE"),
    ),
    "american": (
        ("{} Juniper Street", "87501", "Santa Fe", "NM", "US"),
        ("{} Alvarado Avenue", "80202", "Denver", "CO", "US"),
        ("{} Mission Street", "94110", "San Francisco", "CA", "US"),
        ("{} Maple Drive", "05401", "Burlington", "VT", "US"),
    ),
    "japanese": (
        ("{}-4 Teramachi-dori", "604-8091", "Kyoto", "", "JP"),
        ("{}-12 Yanaka", "110-0001", "Tokyo", "", "JP"),
        ("{}-7 Nakanoshima", "530-0005", "Osaka", "", "JP"),
    ),
    "europe": (
        ("{} rue des Lilas", "69003", "Lyon", "", "FR"),
        ("Nørrebrogade {}", "2200", "København", "", "DK"),
        ("ulica Długa {}", "31-147", "Kraków", "", "PL"),
        ("Via Garibaldi {}", "10122", "Torino", "", "IT"),
        ("Rua das Flores {}", "4050-262", "Porto", "", "PT"),
        ("Eimsbütteler Chaussee {}", "20259", "Hamburg", "", "DE"),
    ),
}
COMPANIES = "Atelier Verlag Kontor Optik Fahrrad Immobilien Praxis Gärtnerei Kaffee Möbel".split()
DOMAINS = ("post.example", "mail.example", "inbox.example")
_SPELLED = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "ł": "l", "Ł": "L", "ı": "i", "þ": "th", "Þ": "Th"}
)


@dataclass(frozen=True)
class Person:
    contact: Contact
    language: str


def people_of(kind: str, lot: random.Random) -> Iterator[Person]:
    """Buyers of one kind without end, each with an address of his own."""
    taken: set[str] = set()
    for name, local in _names(kind, lot):
        email = f"{local}@{lot.choice(DOMAINS)}"
        if email in taken:
            continue
        taken.add(email)
        contact = _contact(kind, name, email, lot)
        yield Person(contact, "de" if contact.country in ("DE", "AT", "CH") else "en")


def _names(kind: str, lot: random.Random) -> Iterator[tuple[str, str]]:
    yield from AS_WRITTEN.get(kind, ())
    given, family = GIVEN.get(kind, GIVEN["europe"]), FAMILY.get(kind, FAMILY["europe"])
    pairs = [(first, last) for first in given for last in family]
    lot.shuffle(pairs)
    for first, last in pairs:
        yield f"{first} {last}", f"{spelled(first)}.{spelled(last)}"


def _contact(kind: str, name: str, email: str, lot: random.Random) -> Contact:
    street, postcode, city, region, country = lot.choice(PLACES[kind])
    company = ""
    if kind == "europe" and lot.random() < 0.5:
        company = f"{lot.choice(COMPANIES)} {name.split()[-1]}"
    return Contact(
        email=email,
        name=name,
        company=company,
        street=street.format(lot.randrange(1, 190)),
        postcode=postcode,
        city=city,
        region=region,
        country=country,
    )


def spelled(name: str) -> str:
    """A name as it stands in an e-mail address."""
    plain = unicodedata.normalize("NFKD", name.translate(_SPELLED))
    return slugify(plain.encode("ascii", "ignore").decode()).replace("-", "")
