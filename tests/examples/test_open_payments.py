"""The real-data example and the template it comes from."""

from __future__ import annotations

from collections.abc import Callable
from csv import DictWriter
from datetime import datetime
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from unisono.playbook import load_playbook
from unisono.project import open_project
from unisono.templates import copy_template

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "open_payments_diabetes"
TEMPLATE = ROOT / "src" / "unisono" / "templates" / "open-payments"
REAL = ROOT.parent / "shared" / "data" / "us_ia"
AS_OF = datetime.fromisoformat("2015-01-01")

Read = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Run the example once on the real data; return what answers SQL about that run."""
    if not REAL.is_dir():
        pytest.skip(f"needs the real data in {REAL}, which is not part of the repository")
    folder = tmp_path_factory.mktemp("example") / EXAMPLE.name
    copytree(EXAMPLE, folder)
    snapshot = open_project(folder).run(as_of=AS_OF, data=REAL)
    return lambda sql: snapshot.read(sql).to_pylist()


@pytest.mark.parametrize("folder", [EXAMPLE, TEMPLATE], ids=lambda folder: folder.name)
def test_playbook_and_sources_load(folder: Path) -> None:
    project = open_project(folder)
    assert project.playbook().company.market == "US"
    assert {"rep", "territory_area"} <= {source.table for source in project.sources().sources}
    assert not project.settings.simulated


def test_what_is_made_up_says_so() -> None:
    roster = (EXAMPLE / "roster" / "rep.csv").read_text().splitlines()[1:]
    assert len(roster) == 9
    assert all("(made up)" in line for line in roster)
    assert "MADE UP" in (EXAMPLE / "playbook" / "content.yaml").read_text()


def test_the_catalogue_shows_every_way_in_which_content_is_refused() -> None:
    content = load_playbook(EXAMPLE / "playbook").content
    assert len(content) >= 15
    assert {each.status for each in content} == {"approved", "draft", "in_review", "withdrawn"}
    assert any(each.valid_until < AS_OF.date() for each in content)
    assert any(each.valid_from > AS_OF.date() for each in content)
    assert any("US" not in each.markets for each in content)


@pytest.mark.shared
def test_no_payment_is_lost(read: Read) -> None:
    (count,) = read(
        "select (select count(*) from touchpoint) as touchpoints, (select count(*) from customer) as customers"
    )
    assert count == {"touchpoints": 71_036, "customers": 2_048}
    assert read("select * from quarantine") == []


@pytest.mark.shared
def test_share_of_voice_is_the_register_s(read: Read) -> None:
    own = read(
        "select quarter, sum(touchpoints) as n from voice where company_id = 'novo_nordisk' group by 1"
    )
    assert {row["quarter"]: row["n"] for row in own} == {
        "2013Q3": 271,
        "2013Q4": 453,
        "2014Q1": 731,
        "2014Q2": 820,
        "2014Q3": 825,
        "2014Q4": 698,
    }
    products = read("select product_id, sum(touchpoints) as n from voice group by 1")
    first = {row["product_id"]: row["n"] for row in products}
    assert (first["levemir"], first["victoza"], first["novolog"]) == (1_898, 1_046, 572)


@pytest.mark.shared
def test_a_launch_shows_under_both_companies_that_promote_it(read: Read) -> None:
    rows = read("select quarter, company_id, mentions from voice where product_id = 'jardiance'")
    assert {row["company_id"] for row in rows} == {"boehringer_ingelheim", "lilly"}
    by_quarter = {
        quarter: sum(row["mentions"] for row in rows if row["quarter"] == quarter)
        for quarter in {row["quarter"] for row in rows}
    }
    assert by_quarter == {"2014Q3": 186, "2014Q4": 393}


@pytest.mark.shared
def test_only_customers_with_a_representative_are_suggested_to_one(read: Read) -> None:
    strangers = read(
        "select d.* from decision as d left join assignment as a using (customer_id, rep_id)"
        " where a.customer_id is null"
    )
    assert strangers == []
    (vacant,) = read("select count(*) as n from customer where city = 'OTTUMWA'")
    assert vacant["n"] > 0
    suggested = read("select city from customer inner join decision using (customer_id)")
    assert "OTTUMWA" not in {row["city"] for row in suggested}


@pytest.mark.shared
def test_every_representative_has_a_mixed_week_within_capacity(read: Read) -> None:
    prices = read(
        "select owner, used, capacity from (from price union all from medical_price) where resource = 'rep_minutes'"
    )
    assert len(prices) == 9
    assert all(0.8 * row["capacity"] < row["used"] <= row["capacity"] for row in prices)
    sales = read(
        "select rep_id, count(distinct channel) as channels, count(distinct product_id) as products"
        " from decision where rep_id <> 'msl_iowa' group by rep_id"
    )
    assert len(sales) == 8
    assert all(row["channels"] >= 2 and row["products"] >= 2 for row in sales)


@pytest.mark.shared
def test_the_wall_and_consent_hold(read: Read) -> None:
    rows = read("select rep_id = 'msl_iowa' as is_msl, channel from decision")
    assert {row["channel"] for row in rows if row["is_msl"]} == {"medical_visit"}
    assert {row["channel"] for row in rows if not row["is_msl"]} <= {
        "f2f_visit",
        "hospital_meeting",
        "educational_material",
        "phone_call",
    }


def test_the_template_runs_on_a_file_of_the_official_layout(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    copy_template("open-payments", folder)
    with (folder / "data" / "OP_DTL_GNRL_PGYR2024_made_up.csv").open("w", newline="") as file:
        writer = DictWriter(file, fieldnames=list(payment(0)))
        writer.writeheader()
        writer.writerows(payment(number) for number in range(8))
    snapshot = open_project(folder).run(as_of=datetime.fromisoformat("2024-12-31"))
    voice = snapshot.read("select company_id, product_id, touchpoints from voice order by company_id")
    assert voice.to_pylist() == [
        {"company_id": "rival", "product_id": "rival_product", "touchpoints": 4},
        {"company_id": "your_company", "product_id": "your_product", "touchpoints": 4},
    ]
    reps = snapshot.read("select distinct rep_id from decision order by rep_id")
    assert reps.to_pylist() == [{"rep_id": "rep_1"}, {"rep_id": "rep_2"}]


def payment(number: int) -> dict[str, str]:
    """One made-up payment with the official file's column names."""
    is_own = number % 2 == 0
    others = {f"Name_of_Drug_or_Biological_or_Device_or_Medical_Supply_{n}": "" for n in range(2, 6)}
    return others | {
        "Covered_Recipient_Type": "Covered Recipient Physician",
        "Teaching_Hospital_CCN": "",
        "Teaching_Hospital_ID": "",
        "Teaching_Hospital_Name": "",
        "Covered_Recipient_Profile_ID": str(1000 + number),
        "Covered_Recipient_NPI": str(1_000_000_000 + number),
        "Covered_Recipient_First_Name": "Made",
        "Covered_Recipient_Last_Name": f"Up {number}",
        "Recipient_City": "Anywhere",
        "Recipient_State": "IA" if number < 4 else "KS",
        "Recipient_Zip_Code": "50000",
        "Recipient_Country": "United States",
        "Covered_Recipient_Specialty_1": "Allopathic & Osteopathic Physicians|Internal Medicine",
        "Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_Name": (
            "YOUR COMPANY US LLC" if is_own else "Rival Pharmaceuticals LP"
        ),
        "Total_Amount_of_Payment_USDollars": "18.50",
        "Date_of_Payment": f"12/{number + 1:02}/2024",
        "Nature_of_Payment_or_Transfer_of_Value": "Food and Beverage",
        "Record_ID": str(9000 + number),
        "Name_of_Drug_or_Biological_or_Device_or_Medical_Supply_1": (
            "YOUR PRODUCT 10 MG" if is_own else "RIVAL PRODUCT"
        ),
    }
