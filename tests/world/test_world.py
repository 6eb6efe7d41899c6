"""The simulated world as a whole: repeatable, however it is cut; reported as written; tellable from its files."""

import json
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

from tests.world.exports import AS_OF, CLEAN, digests, lines, objects, raw, rows, small, truth
from unisono.errors import UsageError
from unisono.playbook import load_playbook
from unisono.world import WorldSettings, new_world

CUSTOMERS = 600


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A folder with a world, and what `new_world` said about it."""
    folder = tmp_path_factory.mktemp("world") / "project"
    return folder, new_world(folder, customers=CUSTOMERS, seed=3, as_of=AS_OF)


def test_same_seed_same_bytes(tmp_path):
    assert digests(small(tmp_path / "a")) == digests(small(tmp_path / "b"))


def test_every_exported_file_of_people_differs_with_the_seed(tmp_path):
    one, other = digests(small(tmp_path / "a")), digests(small(tmp_path / "b", seed=6))
    same = {name for name in one if one[name] == other[name] and name.startswith("data/")}
    catalogues = {
        "Territory2",
        "UserTerritory2Association",
        "Product_vod__c",
        "Approved_Document_vod__c",
        "Key_Message_vod__c",
    }
    fixed = {"data/SIMULATED.md", "data/roster/territories.csv", "data/register/strutture.csv"}
    assert same == fixed | {f"data/crm/{name}.csv" for name in catalogues}


def test_neither_chunks_nor_processes_change_a_byte(tmp_path):
    def made(name, chunk, processes=1):
        settings = WorldSettings(chunk=chunk, customers_per_rep=20, territories_per_area=2)
        return small(tmp_path / name, customers=300, settings=settings, processes=processes)

    whole = digests(made("whole", 300))
    del whole["truth/world.json"]  # the size of chunks stands in it
    for other in (digests(made("parts", 1)), digests(made("pool", 50, processes=2))):
        del other["truth/world.json"]
        assert other == whole


def test_the_clock_may_have_a_zone(tmp_path):
    local = AS_OF.astimezone(timezone(timedelta(hours=9)))
    assert digests(small(tmp_path / "a")) == digests(small(tmp_path / "b", as_of=local))


def test_rows_and_customers_are_as_reported(world):
    folder, summary = world
    assert summary["customers"] == CUSTOMERS == len(truth(folder, "customer"))
    for name, count in summary["files"].items():
        headers = 0 if "ndjson" in name else 1
        assert len(lines(folder / name)) == count + headers, name
    files = {path.relative_to(folder).as_posix() for path in (folder / "data").rglob("*") if path.is_file()}
    assert files == set(summary["files"]) | {"data/SIMULATED.md"}
    written = json.loads((folder / "truth/world.json").read_text(encoding="utf-8"))
    assert {name: written[name] for name in ("files", "dirt", "seed")} == {
        name: summary[name] for name in ("files", "dirt", "seed")
    }


def test_every_customer_is_in_a_system_and_most_pairs_share_a_licence(world):
    folder, _ = world
    known = truth(folder, "in_crm, in_mail")
    assert all(crm or mail for crm, mail in known)
    in_both = sum(crm and mail for crm, mail in known)
    crm = {row["ID_vod__c"] for row in rows(folder / "data/crm/Account.csv") if row["LastName"]} - {""}
    mail = {row["licence"] for row in rows(folder / "data/mail/contacts.csv")} - {""}
    assert 0.86 < len(crm & mail) / in_both < 0.94


def test_names_keep_their_script_where_the_system_can_hold_it(world):
    folder, _ = world
    mail = "\n".join(lines(folder / "data/mail/contacts.csv"))
    assert any("\u4e00" <= letter <= "\u9fff" for letter in mail)
    assert set(mail) & set("şğıİŞ")
    register = raw(folder / "data/register/strutture.csv")
    assert "Città".encode("cp1252") in register
    with pytest.raises(UnicodeDecodeError):
        register.decode("utf-8")


def test_nothing_happens_after_the_clock_nor_before_the_history(tmp_path):
    folder = small(tmp_path / "a", settings=CLEAN)
    mails = [datetime.fromisoformat(mail["ts"]) for mail in objects(folder / "data/mail/events.ndjson")]
    calls = [
        datetime.fromisoformat(call["Call_Datetime_vod__c"])
        for call in rows(folder / "data/crm/Call2_vod__c.csv")
        if call["Status_vod__c"] == "Submitted_vod"
    ]
    assert mails
    assert calls
    assert all(AS_OF - timedelta(weeks=8) < at < AS_OF for at in mails + calls)


def test_mails_are_sent_only_with_consent_and_with_content_that_was_usable(tmp_path):
    folder = tmp_path / "project"
    new_world(folder, customers=200, seed=9, as_of=AS_OF, settings=CLEAN.with_(stub_mail=0.0))
    grants = _grants(folder)
    documents = {
        row["Id"]: row["Document_ID_vod__c"] for row in rows(folder / "data/crm/Approved_Document_vod__c.csv")
    }
    to_mail = dict(truth(folder, "crm_id, mail_id"))
    sent = [
        (mail["contact"], mail["ts"], mail["asset"])
        for mail in objects(folder / "data/mail/events.ndjson")
        if mail["type"] == "send"
    ]
    sent += [
        (
            to_mail[row["Account_vod__c"]],
            row["Email_Sent_Date_vod__c"],
            documents[row["Approved_Email_Template_vod__c"]],
        )
        for row in rows(folder / "data/crm/Sent_Email_vod__c.csv")
    ]
    assert len(sent) > 500
    contents = {content.id: content for content in load_playbook(folder / "playbook").content}
    for who, written, asset in sent:
        at = datetime.fromisoformat(written)
        assert any(since <= at < until for since, until in grants[who]), who
        content = contents[asset]
        assert content.status not in ("draft", "in_review")
        assert "IT" in content.markets
        assert content.valid_from <= at.date() <= content.valid_until + timedelta(days=7)


def _grants(folder):
    """Spans of time in which mailing is allowed, by customer's id on the mail platform."""
    to_mail = dict(truth(folder, "crm_id, mail_id"))
    said: dict[str, list[tuple[datetime, str, datetime | None]]] = {}
    for row in rows(folder / "data/crm/Multichannel_Consent_vod__c.csv"):
        about_old_address = "@before." in row["Channel_Value_vod__c"]
        if row["Consent_Type_vod__c"] == "Approved_Email_vod" and not about_old_address:
            until = row["Opt_Expiration_Date_vod__c"]
            ends = datetime.fromisoformat(until + "T00:00:00+00:00") if until else None
            at = datetime.fromisoformat(row["Capture_Datetime_vod__c"])
            said.setdefault(to_mail[row["Account_vod__c"]], []).append((at, row["Opt_Type_vod__c"], ends))
    for row in rows(folder / "data/mail/preferences.csv"):
        if row["channel"] == "approved_email":
            word = "Opt_In_vod" if row["status"] == "granted" else "Opt_Out_vod"
            ends = datetime.fromisoformat(row["expires_at"]) if row["expires_at"] else None
            at = datetime.fromisoformat(row["stated_at"])
            said.setdefault(row["customer_id"], []).append((at, word, ends))
    spans: dict[str, list[tuple[datetime, datetime]]] = {}
    for who, statements in said.items():
        statements.sort(key=lambda one: one[0])
        for number, (at, word, ends) in enumerate(statements):
            following = statements[number + 1][0] if number + 1 < len(statements) else AS_OF
            if word == "Opt_In_vod":
                spans.setdefault(who, []).append((at, min(following, ends or AS_OF)))
    return spans


def test_people_open_mails_as_planted_and_machines_add_to_it(world):
    folder, _ = world
    planted = dict(truth(folder, "mail_id, receptivity_approved_email"))
    contacts: dict[str, set[str]] = {"send": set(), "open": set(), "machine": set()}
    for mail in objects(folder / "data/mail/events.ndjson"):
        kind = "machine" if mail["type"] == "open" and mail["bot"] else mail["type"]
        if mail["contact"] in planted and kind in contacts:
            contacts[kind].add((mail["contact"], mail["message_id"]))
    share = {kind: len(found) / len(contacts["send"]) for kind, found in contacts.items()}
    assert 0.15 < share["open"] < 0.40
    assert 0.10 < share["machine"] < 0.20

    def open_rate(low: float, high: float) -> float:
        sent = [pair for pair in contacts["send"] if low <= planted[pair[0]] < high]
        return np.mean([pair in contacts["open"] for pair in sent])

    assert open_rate(0.45, 1.0) > 2 * open_rate(0.0, 0.15)


def test_representatives_prefer_open_doors(world):
    """The confounding that measurement must see through: visits go to those who would respond anyway."""
    folder, _ = world
    visits: dict[str, int] = {}
    for row in rows(folder / "data/crm/Call2_vod__c.csv"):
        if row["Call_Type_vod__c"] == "Detail Only" and row["Status_vod__c"] == "Submitted_vod":
            visits[row["Account_vod__c"]] = visits.get(row["Account_vod__c"], 0) + 1
    planted = [(p, visits.get(who, 0)) for who, p in truth(folder, "crm_id, receptivity_f2f_visit", "in_crm")]
    assert np.corrcoef(np.array(planted).T)[0, 1] > 0.3


@pytest.mark.parametrize(
    "wrong",
    [{"customers": 0}, {"weeks": 0}, {"seed": -1}, {"customers": 2_000_000}, {"customers": 10, "weeks": 9}],
)
def test_a_number_out_of_range_is_refused_before_anything_is_written(tmp_path, wrong):
    with pytest.raises(UsageError, match="UN5103"):
        small(tmp_path / "a", **wrong)
    assert not (tmp_path / "a").exists()


def test_progress_counts_customers(tmp_path):
    seen = []
    settings = WorldSettings(chunk=16, customers_per_rep=8, territories_per_area=2)
    small(tmp_path / "a", settings=settings, progress=lambda done, total: seen.append((done, total)))
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})
    assert len(seen) > 1
    assert seen[-1] == (40, 40)
