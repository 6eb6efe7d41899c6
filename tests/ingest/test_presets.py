"""Presets fill in sources, built-in ones as a third party's."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import Any

import pytest

from tests.ingest.bench import Bench
from unisono.errors import ProblemsError
from unisono.ingest import presets, read_sources

NEW = {
    "Covered_Recipient_Type": "Covered Recipient Physician",
    "Teaching_Hospital_CCN": "",
    "Teaching_Hospital_ID": "",
    "Teaching_Hospital_Name": "",
    "Covered_Recipient_Profile_ID": "378",
    "Covered_Recipient_NPI": "2495351826",
    "Covered_Recipient_First_Name": "Ann",
    "Covered_Recipient_Last_Name": "Example",
    "Recipient_City": "Baltimore",
    "Recipient_State": "MD",
    "Recipient_Zip_Code": "21244-3712",
    "Recipient_Country": "United States",
    "Covered_Recipient_Specialty_1": "Allopathic & Osteopathic Physicians|Internal Medicine|Cardiology",
    "Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_Name": "Acme",
    "Total_Amount_of_Payment_USDollars": "19.78",
    "Date_of_Payment": "04/01/2023",
    "Nature_of_Payment_or_Transfer_of_Value": "Food and Beverage",
    "Record_ID": "241",
    **{f"Name_of_Drug_or_Biological_or_Device_or_Medical_Supply_{n}": "" for n in range(1, 6)},
}
RENAMED = {
    "Covered_Recipient_Profile_ID": "Physician_Profile_ID",
    "Covered_Recipient_First_Name": "Physician_First_Name",
    "Covered_Recipient_Last_Name": "Physician_Last_Name",
    "Covered_Recipient_Specialty_1": "Physician_Specialty",
    "Record_ID": "General_Transaction_ID",
    **{
        f"{name}_or_Biological_or_Device_or_Medical_Supply_{n}": f"Name_of_Associated_Covered_Drug_or_Biological{n}"
        for name in ["Name_of_Drug"]
        for n in range(1, 6)
    },
}
OLD = {
    **{
        RENAMED.get(name, name): value
        for name, value in NEW.items()
        if name not in {"Covered_Recipient_NPI", "Teaching_Hospital_CCN"}
    },
    **{f"Name_of_Associated_Covered_Device_or_Medical_Supply{n}": "" for n in range(1, 6)},
}
PAYMENTS = {"name": "op", "preset": "open_payments", "files": ["data/op.csv"]}


def text(*rows: dict[str, str]) -> str:
    return "\n".join(",".join(row) for row in (list(rows[0]), *(row.values() for row in rows))) + "\n"


def test_open_payments_of_today(bench: Bench) -> None:
    meal = NEW | {"Name_of_Drug_or_Biological_or_Device_or_Medical_Supply_1": "Alpha"}
    hospital = NEW | {
        "Covered_Recipient_Type": "Covered Recipient Teaching Hospital",
        "Covered_Recipient_Profile_ID": "",
        "Teaching_Hospital_CCN": "330024",
        "Teaching_Hospital_Name": "Healthy Heart Hospital",
        "Record_ID": "242",
        "Nature_of_Payment_or_Transfer_of_Value": "Space rental or facility fees",
    }
    bench.write("op.csv", text(meal, hospital))
    result = bench.run(PAYMENTS)
    assert [count.name for count in result.counts] == ["op_hcp", "op_payment"]
    doctor, house = result.rows("source_record")
    assert (doctor["source_record_id"], doctor["kind"], doctor["full_name"]) == ("378", "hcp", "Ann Example")
    assert (doctor["specialty"], doctor["licence_id"], doctor["country"]) == (
        "Cardiology",
        "NPI 2495351826",
        "US",
    )
    assert (house["source_record_id"], house["kind"]) == ("CCN330024", "hco")
    first, second = result.rows("source_touchpoint")
    assert (first["channel"], first["event"], first["products"]) == ("f2f_visit", "visited", ["Alpha"])
    assert (first["amount"], first["currency"], first["company"]) == (19.78, "USD", "Acme")
    assert first["occurred_at"].isoformat() == "2023-04-01T00:00:00"
    assert (second["channel"], second["event"], second["products"]) == ("other_transfer", "received", None)
    assert {row["system"] for row in (doctor, house, first, second)} == {"open_payments"}


def test_open_payments_of_2013(bench: Bench) -> None:
    device = OLD | {"Name_of_Associated_Covered_Device_or_Medical_Supply1": "Pump"}
    bench.write("op.csv", text(device))
    result = bench.run(PAYMENTS)
    [doctor] = result.rows("source_record")
    assert (doctor["source_record_id"], doctor["given_name"], doctor["licence_id"]) == ("378", "Ann", None)
    [row] = result.rows("source_touchpoint")
    assert (row["touchpoint_id"], row["product"], row["products"]) == ("OP241", "Pump", ["Pump"])


def test_meal_with_three_is_a_hospital_meeting(bench: Bench) -> None:
    rows = [NEW | {"Record_ID": str(n), "Covered_Recipient_Profile_ID": f"p{n}"} for n in range(3)]
    bench.write("op.csv", text(*rows))
    channels = {row["channel"] for row in bench.run(PAYMENTS).rows("source_touchpoint")}
    assert channels == {"hospital_meeting"}


def test_source_says_over_its_preset(bench: Bench) -> None:
    bench.write("op.csv", text(NEW))
    result = bench.run(
        PAYMENTS | {"feed": "payment", "system": "mine", "columns": {"company": "'self'"}, "simulated": True}
    )
    [row] = result.rows("source_touchpoint")
    assert (row["source"], row["system"], row["company"], row["simulated"]) == ("op", "mine", "self", True)
    assert row["touchpoint_id"] == "OP241"


def register(monkeypatch: pytest.MonkeyPatch, made: Any) -> None:
    class Registered(EntryPoint):
        def load(self) -> Any:
            return made

    monkeypatch.setattr(presets, "entry_points", lambda group: [Registered("mine", "x:y", group)])


def test_third_party_registers_a_callable(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = {"table": "source_record", "columns": {"source_record_id": "id"}}
    register(monkeypatch, lambda: {"people": fields})
    bench.write("a.csv", "id\n7\n")
    result = bench.run({"name": "crm", "preset": "mine", "files": ["data/a.csv"]})
    [row] = result.rows("source_record")
    assert (row["source"], row["system"], row["source_record_id"]) == ("crm", "crm", "7")


def test_broken_preset_is_named(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch, lambda: {"people": {"tabel": "source_record"}})
    with pytest.raises(ProblemsError, match=r"sources.yaml:\d+:\d+: UN2014 preset 'mine' is broken"):
        read_sources(bench.declare({"name": "crm", "preset": "mine", "files": ["data/a.csv"]}))


def test_all_problems_are_told_at_once(bench: Bench) -> None:
    columns = {"source_record_id": "id +", "produkt": "x", "occurred_at": "now()"}
    path = bench.declare({"name": "a", "table": "source_touchpoint", "files": ["x.csv"], "columns": columns})
    with pytest.raises(ProblemsError) as caught:
        read_sources(path)
    codes = [problem.code for problem in caught.value.problems]
    assert sorted(codes) == ["UN2010", "UN2010", "UN2011", "UN2012", "UN2012"]
    assert all("sources.yaml:" in problem.where for problem in caught.value.problems)
