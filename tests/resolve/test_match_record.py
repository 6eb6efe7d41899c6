"""Records as they are compared: one spelling whatever the script."""

from __future__ import annotations

from typing import Any

import pytest

from tests.build import Row, only, playbook, record, run

STEPS = only("match_record")


def compared(nicknames: list[list[str]] | None = None, **given: Any) -> Row:
    book = playbook(identity={"nicknames": nicknames or []})
    return run({"source_record": [record("a", **given)]}, book, steps=STEPS)["match_record"][0]


def name(full_name: str, **given: Any) -> tuple[str | None, str | None]:
    row = compared(full_name=full_name, **given)
    return row["given_name"], row["family_name"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("张伟", "Zhang Wei"),
        ("张伟", "Wei Zhang"),
        ("李晓东", "Li Xiao-Dong"),
        ("欧阳娜", "Ouyang, Na"),
        ("Jürgen Müller", "Juergen Mueller"),
        ("Søren Sørensen", "Soren Soerensen"),
        ("Ayşe Yıldırım", "AYSE YILDIRIM"),
        ("Çağla Öztürk", "Cagla Oeztuerk"),
        ("Anna D'Amico", "Anna D’Amico"),
        ("Anna-Maria Rossi", "Anna Maria Rossi".replace("Anna Maria", "Annamaria")),
        ("Niccolò Giuffrè", "Niccolo Giuffre"),
        ("Rossi, Maria", "Maria Rossi"),
        ("Dott.ssa Maria De Luca", "De Luca, Maria"),
        ("Prof. Dr. med. Hans Weber", "Hans Weber, MD, PhD"),
        ("Ольга Иванова", "Olga Ivanova"),
        ("김민수", "Gim, Minsu"),
        ("李 医生", "Dr. Li"),
    ],
)
def test_a_name_is_the_same_in_every_spelling(one: str, other: str) -> None:
    assert name(one) == name(other)
    assert name(one)[1]


def test_particles_belong_to_the_family_name_and_titles_to_no_name() -> None:
    assert name("Prof. Ludwig van Beethoven") == ("ludwig", "vanbeethoven")
    assert name("Maria Luisa Rossi") == ("marialuisa", "rossi")
    assert name("Madonna") == (None, "madonna")
    assert name("Doc", family_name=None) == (None, None) or name("Doc")[1] == "doc"


def test_parts_that_are_given_are_kept_and_missing_ones_come_from_the_full_name() -> None:
    assert name("Somebody Else", given_name="Wei", family_name="Zhang") == ("wei", "zhang")
    assert name("Maria Rossi", family_name="Rossi") == ("maria", "rossi")
    assert name("张伟", given_name=" ", family_name=None) == ("wei", "zhang")
    assert name("Ospedale San Luca", kind="hco") == (None, None)


def test_nicknames_stand_for_the_name() -> None:
    row = compared([["William", "Bill"]], given_name="Bill", family_name="Smith")
    assert (row["given_name"], row["initials"]) == ("william", "w")


@pytest.mark.parametrize("written", ["+39 02 5512345", "0039 02 5512345", "02-551.2345", "025512345"])
def test_a_telephone_number_is_the_same_with_and_without_its_country(written: str) -> None:
    assert compared(phone=written)["phone"] == "25512345"


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("phone", "00 000 000"),
        ("phone", "12"),
        ("phone", "999999999"),
        ("email", "none"),
        ("email", "@"),
        ("licence_id", "000"),
        ("licence_id", " 0-0 "),
        ("licence_id", ""),
        ("specialty", " - "),
    ],
)
def test_placeholders_are_empty(field: str, written: str) -> None:
    assert compared(**{field: written})[field] is None


def test_public_mail_providers_are_no_place_of_work() -> None:
    private, work = compared(email="A.B@GMail.com"), compared(email=" a.b@Clinic.example.org")
    assert (private["email"], private["email_domain"]) == ("a.b@gmail.com", None)
    assert (work["email"], work["email_domain"]) == ("a.b@clinic.example.org", "clinic.example.org")
    assert compared(email="a@yahoo.co.uk")["email_domain"] is None


def test_the_hash_is_of_the_record_and_of_what_is_compared() -> None:
    base = compared(given_name="Anna", family_name="Rossi", brick="b1")
    same = compared(given_name="ANNA", family_name="Rossi ", brick="b2")
    moved = compared(given_name="Anna", family_name="Rossi", city="Roma")
    assert base["content_hash"] == same["content_hash"] != moved["content_hash"]
    shifted = [compared(city="x"), compared(region="x")]
    assert shifted[0]["content_hash"] != shifted[1]["content_hash"]
