"""The simulated world: repeatable, as dirty as stated, and with a planted truth that its files reflect."""

import csv
import gzip
import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import duckdb
import numpy as np
import pytest

from unisono.errors import UsageError
from unisono.playbook import load_playbook
from unisono.world import Dirt, WorldSettings, new_world

AS_OF = datetime(2026, 1, 5, tzinfo=UTC)
CUSTOMERS = 600


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A folder with a world, and what `new_world` said about it."""
    folder = tmp_path_factory.mktemp("world") / "project"
    return folder, new_world(folder, customers=CUSTOMERS, seed=3, as_of=AS_OF)


def digests(folder: Path) -> dict[str, str]:
    """Hash of every file; archives by content, because zlib may differ between machines."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            found[path.relative_to(folder).as_posix()] = hashlib.sha256(raw).hexdigest()
    return found


def small(folder: Path, **changes) -> Path:
    new_world(folder, **{"customers": 40, "seed": 5, "as_of": AS_OF, "weeks": 8} | changes)
    return folder


def lines(path: Path) -> list[str]:
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return raw.decode("cp1252" if path.parent.name == "crm" else "utf-8").splitlines()


def rows(path: Path, delimiter: str) -> list[dict[str, str]]:
    """Rows whose number of cells is right."""
    header, *body = csv.reader(lines(path), delimiter=delimiter)
    return [dict(zip(header, cells, strict=True)) for cells in body if len(cells) == len(header)]


def mails(folder: Path) -> list[dict]:
    found = []
    for line in lines(folder / "data/mail/events.ndjson"):
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError:
            continue  # a line cut off on purpose
    return found


def truth(folder: Path, what: str) -> list:
    return duckdb.sql(f"select {what} from '{folder}/truth/customers.parquet' order by customer").fetchall()


def test_same_seed_same_bytes(tmp_path):
    assert digests(small(tmp_path / "a")) == digests(small(tmp_path / "b"))


def test_every_exported_file_differs_with_the_seed(tmp_path):
    one, other = digests(small(tmp_path / "a")), digests(small(tmp_path / "b", seed=6))
    fixed = {"data/SIMULATED.md", "data/roster/territories.csv", "data/crm/institutions.csv"}
    same = {name for name in one if one[name] == other[name] and not name.startswith("playbook/")}
    assert same == fixed | {"unisono.yaml", "sources.yaml"}


def test_chunks_bound_memory_without_changing_who_is_there(tmp_path):
    whole = small(tmp_path / "a")
    parts = small(tmp_path / "b", settings=WorldSettings(chunk=7))
    assert truth(whole, "crm_id, mail_id") == truth(parts, "crm_id, mail_id")


def test_the_clock_may_have_a_zone(tmp_path):
    local = AS_OF.astimezone(timezone(timedelta(hours=9)))
    assert digests(small(tmp_path / "a")) == digests(small(tmp_path / "b", as_of=local))


def test_rows_and_customers_are_as_reported(world):
    folder, summary = world
    assert summary["customers"] == CUSTOMERS == len(truth(folder, "customer"))
    assert summary["reps"] == 5 + 2  # one per 120 customers, and the fewest science liaisons
    for name, count in summary["files"].items():
        headers = 0 if "ndjson" in name else 1
        assert len(lines(folder / name)) == count + headers, name
    assert json.loads((folder / "truth/world.json").read_text(encoding="utf-8")) == summary


def test_every_customer_is_in_a_system_and_most_pairs_share_a_licence(world):
    folder, _ = world
    known = truth(folder, "in_crm, in_mail")
    assert all(crm or mail for crm, mail in known)
    in_both = sum(crm and mail for crm, mail in known)
    crm = {row["N. albo"] for row in rows(folder / "data/crm/hcp.csv", ";")} - {""}
    mail = {row["licence"] for row in rows(folder / "data/mail/contacts.csv", ",")} - {""}
    assert 0.86 < len(crm & mail) / in_both < 0.94


def test_names_keep_their_script_where_the_system_can_hold_it(world):
    folder, _ = world
    mail = "\n".join(lines(folder / "data/mail/contacts.csv"))
    assert any("\u4e00" <= letter <= "\u9fff" for letter in mail)
    assert set(mail) & set("şğıİŞ")
    crm = "\n".join(lines(folder / "data/crm/hcp.csv"))  # cp1252, or it could not be read
    assert set(crm) & set("àèìòù")
    assert not set(crm) & set("şğıİŞ")


def test_every_kind_of_dirt_is_there_at_the_stated_rate(tmp_path):
    folder = tmp_path / "project"
    dirt = Dirt(*[0.01] * 9)
    summary = new_world(
        folder, customers=300, seed=1, as_of=AS_OF, settings=WorldSettings(dirt=dirt), weeks=52
    )
    name = "data/crm/activities.csv"
    counted, total = summary["dirt"][name], summary["files"][name]
    assert set(counted) == set(vars(dirt))
    for kind, count in counted.items():
        assert abs(count / total - 0.01) < 5 * np.sqrt(0.01 / total), kind
    body = lines(folder / name)[1:]
    assert len(body) - len(set(body)) == counted["duplicate_row"]
    assert sum(";-1;" in line for line in body) == counted["negative_number"]
    assert sum(line.endswith(";x;y") for line in body) == counted["ragged_row"]
    assert sum(";???;" in line for line in body) == counted["unknown_word"]


def test_a_clean_world_has_no_dirt(tmp_path):
    folder = tmp_path / "project"
    summary = new_world(
        folder, customers=40, seed=1, as_of=AS_OF, weeks=8, settings=WorldSettings(dirt=Dirt(*[0.0] * 9))
    )
    assert not any(summary["dirt"].values())
    activities = rows(folder / "data/crm/activities.csv", ";")
    assert len({row["ID attività"] for row in activities}) == summary["files"]["data/crm/activities.csv"] > 0


def test_nothing_happens_after_the_clock(tmp_path):
    folder = small(tmp_path / "a", settings=WorldSettings(dirt=Dirt(*[0.0] * 9)))
    instants = [datetime.fromisoformat(mail["ts"]) for mail in mails(folder)]
    assert instants
    assert all(AS_OF - timedelta(weeks=8, days=7) < at < AS_OF for at in instants)


def test_mails_are_sent_only_with_consent_and_with_content_that_was_usable(tmp_path):
    folder = tmp_path / "project"
    clean = WorldSettings(dirt=Dirt(*[0.0] * 9))
    new_world(folder, customers=200, seed=9, as_of=AS_OF, settings=clean)
    crm_to_mail = dict(truth(folder, "crm_id, mail_id"))
    granted, ended = {}, {}
    for row in rows(folder / "data/crm/consents.csv", ";"):
        if row["Canale"] == "E-mail" and row["Stato"] == "Concesso":
            who = crm_to_mail[row["ID cliente"]]
            granted[who] = datetime.strptime(row["Data"], "%d/%m/%Y %H:%M").replace(tzinfo=UTC)
            if row["Scadenza"]:
                ended[who] = datetime.strptime(row["Scadenza"], "%d/%m/%Y").replace(tzinfo=UTC)
    for row in rows(folder / "data/mail/preferences.csv", ","):
        at = datetime.fromisoformat(row["changed_at"])
        if row["list"] == "newsletter" and row["state"] == "subscribed":
            granted[row["contact_id"]] = at
            if row["expires_at"]:
                ended[row["contact_id"]] = datetime.fromisoformat(row["expires_at"])
        elif row["list"] == "newsletter" and row["state"] == "unsubscribed":
            ended[row["contact_id"]] = at
    contents = {content.id: content for content in load_playbook(folder / "playbook").content}
    sent = [mail for mail in mails(folder) if mail["type"] == "send"]
    assert len(sent) > 500
    for mail in sent:
        at, who = datetime.fromisoformat(mail["ts"]), mail["contact"]
        assert granted[who] <= at < ended.get(who, AS_OF)
        content = contents[mail["asset"]]
        assert content.status not in ("draft", "in_review")
        assert "IT" in content.markets
        assert content.valid_from <= at.date() <= content.valid_until + timedelta(days=7)


def test_people_open_mails_as_planted_and_machines_add_to_it(world):
    folder, _ = world
    planted = dict(truth(folder, "mail_id, receptivity_approved_email"))
    contacts: dict[str, set[str]] = {"send": set(), "open": set(), "machine": set()}
    for mail in mails(folder):
        kind = "machine" if mail["type"] == "open" and mail["bot"] else mail["type"]
        if mail["contact"] in planted and kind in contacts:
            contacts[kind].add((mail["contact"], mail["message_id"]))
    share = {kind: len(found) / len(contacts["send"]) for kind, found in contacts.items()}
    assert 0.15 < share["open"] < 0.40
    assert 0.10 < share["machine"] < 0.20

    def open_rate(low: float, high: float) -> float:
        sent = [pair for pair in contacts["send"] if low <= planted[pair[0]] < high]
        return np.mean([pair in contacts["open"] for pair in sent])

    assert open_rate(0.5, 1.0) > 2 * open_rate(0.0, 0.2)


def test_representatives_prefer_open_doors(world):
    """The confounding that measurement must see through: visits go to those who would respond anyway."""
    folder, _ = world
    visits: dict[str, int] = {}
    for row in rows(folder / "data/crm/activities.csv", ";"):
        if row["Tipo"] == "Visita" and row["Esito"] in ("Incontro avvenuto", "Rifiutato"):
            visits[row["ID cliente"]] = visits.get(row["ID cliente"], 0) + 1
    planted = [(p, visits.get(who, 0)) for who, p in truth(folder, "crm_id, receptivity_f2f_visit")]
    assert np.corrcoef(np.array(planted).T)[0, 1] > 0.3


def test_responses_move_customers_up_the_ladder(world):
    folder, _ = world
    moved = truth(folder, "stage_end_aurivelo - stage_begin_aurivelo")
    assert np.mean(moved) > 0.1
    assert min(truth(folder, "stage_end_aurivelo"))[0] >= 0
    assert max(truth(folder, "stage_end_aurivelo"))[0] <= 4


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
    small(
        tmp_path / "a",
        settings=WorldSettings(chunk=16),
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(16, 40), (32, 40), (40, 40)]
