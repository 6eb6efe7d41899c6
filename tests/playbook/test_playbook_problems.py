"""Every way to get a playbook wrong is named by file, line, column, code and hint."""

from __future__ import annotations

import pytest
from playbook_text import FILES, write

from unisono.errors import CODES, PlaybookError, ProblemsError
from unisono.playbook import load_playbook

# name, file, text, text instead, line:column (or file:line:column), words of the message, words of the hint
BROKEN = {
    "UN1001": [
        ("tab", "policy", "  holdout", "\tholdout", "3:1", "not valid YAML", "no tabs"),
        ("colon in text", "content", "Safe in", "Safe: in", "9:22", "not valid", "in quotes"),
        ("open quote", "policy", "verity-2026", "'verity", "5:1", "begins at line 4", "not closed"),
        ("open bracket", "policy", "}]", "}", "3:3", "begins at line 2", "indentation and the quotes"),
        ("star", "products", '"*"', "*", "7:35", "alias", "* or &"),
        ("at sign", "content", "Cardia at", "@Cardia", "6:12", "token", "in quotes"),
        ("alias", "matrix", "growth: *start", "growth: *begin", "6:11", "alias", "anchor"),
        ("two documents", "content", "content:", "---\ncontent:", "4:1", "another", "one document"),
        ("merge key", "matrix", "growth: *start", "growth: {<<: *start}", "6:12", "'<<'", "alias"),
        ("tag", "policy", "verity-2026", "!env SALT", "4:9", "tag '!env'", "write the values out"),
        ("control character", "policy", "verity", "ver\x07ity", "4:12", "U+0007", "UTF-8"),
    ],
    "UN1002": [
        (
            "typo key",
            "products",
            "specialties: {P",
            "specialtys: {P",
            "11:5",
            "'specialtys'",
            "'specialties'?",
        ),
        ("typo section", "policy", "policy:", "polcy:", "1:1", "'polcy'", "did you mean 'policy'?"),
        ("typo row", "matrix", "growth:", "growht:", "6:3", "'growht'", "did you mean 'growth'?"),
    ],
    "UN1003": [
        ("missing key", "content", "    title: Cardia at a glance\n", "", "5:5", "'title'", "add 'title:'"),
        ("missing meaning", "company", '  market: "NO"\n', "", "2:3", "'market'", "ISO 3166"),
    ],
    "UN1004": [
        (
            "arms of too many",
            "policy",
            "0.05",
            "0.05\n  arms: {usual: 0.9, no_levers: 0.1}",
            "4:9",
            "105%",
            "at most",
        ),
        ("wrong number", "channels", "45", "forty", "9:14", "a number, not 'forty'", "Representative"),
        ("fraction", "policy", "days: 30", "days: 1.5", "2:17", "a whole number", "digits only"),
        ("too large", "products", "1.5", "11", "6:15", "less than or equal to 10", "Weight"),
        ("infinite", "ladder", "120", "inf", "9:19", "a number, not 'inf'", "Age at which"),
        ("bad date", "content", "2026-12-31", "31.12.2026", "15:18", "a valid date", "year-month-day"),
        ("no such day", "content", "2026-12-31", "2026-02-30", "15:18", "'2026-02-30'", "year-month-day"),
        ("bad enum", "products", "growth", "grwth", "5:16", "may not be 'grwth'", "'growth'?"),
        ("far enum", "channels", "owner: none", "owner: us", "36:12", "'us'", "'central', 'none', 'rep'"),
        ("enum in list", "content", "hco", "doctor", "18:18", "item 2 of 'kinds'", "'hcp', 'patient'"),
        ("no list", "content", "[visit, email]", "visit", "11:15", "a list, not 'visit'", "brackets"),
        ("empty list", "content", "[NO, SE]", "[]", "17:14", "at least 1 item", "add one"),
        ("empty value", "products", "Pulma", "", "9:10", "text, not empty", "in quotes"),
        ("no mapping", "matrix", "{fit: 1, role: introduce}", "1", "3:12", "a mapping", "'key: value'"),
        ("bad id", "channels", "id: email", "id: E-mail", "13:9", "'E-mail'", "lower case"),
        ("bad id as key", "ladder", "user: 3", "User: 3", "7:24", "key 'User'", "lower case"),
        ("bad market", "content", "SE", "Sweden", "17:19", "item 2 of 'markets'", "ISO 3166"),
        ("key is a list", "matrix", "growth:", "[growth]:", "6:3", "key should be text", "quotes"),
        ("blank alias", "products", "[cardia 10 mg]", '[" "]', "4:15", "blank", "remove it"),
        ("time zone", "company", "EUR", "EUR\n  time_zone: Europe/Olso", "7:14", "IANA", "'Europe/Oslo'?"),
        ("lever too strong", "levers", "factor: 1", "factor: 3", "2:36", "would be cut", "0.5 to 2"),
        ("channel all", "channels", "id: website", "id: all", "31:9", "every channel", "another id"),
    ],
    "UN1005": [
        ("same key", "policy", "salt:", "holdout: 0\n  salt:", "4:3", "policy.yaml:3:3", "remove"),
        ("same section", "policy", "policy:", "topics: []\npolicy:", "1:1", "content.yaml:1:1", "one file"),
    ],
    "UN1006": [
        ("same product", "products", "id: pulma", "id: cardia", "8:9", "products.yaml:2:9", "one thing"),
        ("rival's id", "company", "id: rivalin", "id: pulma", "11:14", "'pulma'", "every id"),
        (
            "same topic",
            "content",
            "content:",
            "  - {id: safety, name: x}\ncontent:",
            "4:10",
            "content.yaml:2:10",
            "id",
        ),
        (
            "same lever",
            "levers",
            "separations:",
            "  - {id: push, name: x, factor: 1}\nseparations:",
            "3:10",
            "lever 'push'",
            "every id",
        ),
        ("same stage", "ladder", "id: unaware", "id: aware", "4:12", "stage 'aware'", "every id"),
        ("alias of two", "company", "rivalin 5 mg", " CARDIA ", "11:49", "'cardia'", "one of them"),
        ("self", "company", "name: Rival Bio", "name: Self", "9:11", "company.yaml:2:3", "one of them"),
        ("same window", "channels", "days: 30, at_most: 3", "days: 7, at_most: 3", "20:42", "7 days", "keep"),
        ("same specialty", "products", '"*"', "CARDIOLOGY", "7:34", "'cardiology'", "case"),
    ],
    "UN1007": [
        ("unknown product", "content", "product: cardia", "product: cardio", "7:14", "'cardio'", "'cardia'?"),
        ("unknown topic", "content", "dosing]", "dose]", "8:22", "'dose'", "'dosing'"),
        ("unknown channel", "content", "[visit,", "[visits,", "11:16", "'visits'", "'visit'?"),
        ("unknown stage", "content", "stage: aware", "stage: awake", "12:12", "'awake'", "'aware'?"),
        ("unknown cell", "matrix", "    vis", "    fax: {fit: 1, role: x}\n    vis", "3:5", "'fax'", "known"),
        ("unknown signal", "levers", "asked", "askd", "2:72", "event is called 'askd'", "'asked'?"),
        ("lever's stage", "levers", "[aware]", "[awake]", "2:48", "'awake'", "'aware'?"),
        (
            "lever's product",
            "levers",
            "factor",
            "products: [cardio], factor",
            "2:39",
            "'cardio'",
            "'cardia'?",
        ),
        ("separated channel", "levers", "[email]", "[mail]", "4:47", "'mail'", "'email'?"),
        ("separated by", "levers", "[visit]", "[vist]", "4:88", "'vist'", "'visit'?"),
        ("separating event", "levers", "[declined]", "[deklined]", "4:105", "'deklined'", "'declined'?"),
        ("unknown event", "ladder", "opened", "openned", "7:5", "event is called 'openned'", "'opened'?"),
        ("unknown evidence", "ladder", "user: 0.5", "usr: 0.5", "8:16", "'usr'", "'user'?"),
    ],
    "UN1008": [
        ("priors", "ladder", "prior: 0.5", "prior: 0.4", "3:5", "sum to 0.9", "share of all customers"),
    ],
    "UN1010": [
        ("no row", "matrix", "  growth: *start\n", "", "products.yaml:5:16", "'growth'", "visit, email"),
        (
            "no cell",
            "matrix",
            "*start",
            "{visit: {fit: 1, role: x}, email: {fit: 1, role: y}}",
            "6:3",
            "'msl_call'",
            "fit 0",
        ),
    ],
    "UN1011": [
        ("wall", "content", "[visit, email]", "[msl_call]", "11:16", "commercial content", "'purpose'"),
        (
            "lever on both sides",
            "levers",
            "factor",
            "channels: [visit, msl_call], factor",
            "2:38",
            "'push'",
            "side",
        ),
        ("events across", "levers", "[visit]", "[msl_call]", "4:107", "across the wall", "that there was"),
        (
            "wall from medical",
            "content",
            "[visit, email]",
            "[email]\n    purpose: medical",
            "11:16",
            "medical",
            "medical",
        ),
    ],
    "UN1012": [
        ("nobody mails", "levers", "[email]", "[website]", "4:46", "nobody acts", "an owner"),
        ("nobody acts", "content", "[visit, email]", "[website]", "11:16", "'website'", "an owner"),
    ],
    "UN1013": [
        (
            "lever ends before",
            "levers",
            "factor",
            "starts_on: 2026-02-01, ends_on: 2026-01-01, factor",
            "2:60",
            "'push'",
            "first",
        ),
        ("ends before", "content", "2026-12-31", "2025-12-31", "15:18", "2025-12-31", "comes first"),
    ],
    "UN1014": [
        ("central minutes", "channels", "capacity: 5000", "minutes: 5", "19:14", "5 minutes", "owner: rep"),
        ("rep capacity", "channels", "minutes: 30", "capacity: 9", "29:15", "capacity", "their minutes"),
    ],
}


def broken(*codes: str):
    """The cases of some codes as parameters."""
    return [pytest.param(code, *case[1:], id=case[0]) for code in codes for case in BROKEN[code]]


@pytest.mark.parametrize(("code", "file", "old", "new", "where", "message", "hint"), broken(*BROKEN))
def test_problem_says_what_where_and_how(tmp_path, code, file, old, new, where, message, hint):
    text = FILES[f"{file}.yaml"]
    assert old in text
    folder = write(tmp_path, **{file: text.replace(old, new, 1)})
    with pytest.raises(ProblemsError) as raised:
        load_playbook(folder)
    (problem,) = raised.value.problems
    assert isinstance(problem, PlaybookError)
    place = where if where.count(":") == 2 else f"{file}.yaml:{where}"
    assert (problem.where, problem.code) == (f"{folder.as_posix()}/{place}", code)
    assert message in problem.message
    assert hint in problem.hint
    assert code in CODES


def test_all_problems_of_all_files_come_at_once_in_order(tmp_path):
    folder = write(
        tmp_path,
        channels=FILES["channels.yaml"].replace("mode: online", "mode: on", 1).replace("0.1", "2", 1),
        content="topics: {\n",
        policy=FILES["policy.yaml"].replace("salt", "slat").replace("0.05", "5"),
        products=None,
    )
    with pytest.raises(ProblemsError) as raised:
        load_playbook(folder)
    found = [(p.where.removeprefix(f"{folder.as_posix()}/"), p.code) for p in raised.value.problems]
    assert found == [
        ("channels.yaml:15:11", "UN1004"),
        ("channels.yaml:21:22", "UN1004"),
        ("content.yaml:2:1", "UN1001"),
        ("policy.yaml:3:12", "UN1004"),
        ("policy.yaml:4:3", "UN1002"),
    ]
    assert str(raised.value).endswith("UN1000 5 problems found")


def test_all_broken_rules_come_at_once(tmp_path):
    folder = write(
        tmp_path,
        content=FILES["content.yaml"].replace("dosing]", "doses]").replace("2026-12-31", "2025-12-31"),
        ladder=FILES["ladder.yaml"].replace("prior: 0.5", "prior: 0.6"),
        products=FILES["products.yaml"].replace("growth", "mature"),
    )
    with pytest.raises(ProblemsError) as raised:
        load_playbook(folder)
    assert [p.code for p in raised.value.problems] == ["UN1007", "UN1013", "UN1008", "UN1010"]


def test_section_in_no_file_is_missing_from_the_folder(tmp_path):
    folder = write(tmp_path, ladder=None)
    with pytest.raises(ProblemsError) as raised:
        load_playbook(folder)
    (problem,) = raised.value.problems
    assert (problem.where, problem.code) == (folder.as_posix(), "UN1003")
    assert "'ladder'" in problem.message


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        pytest.param("policy:\n  salt: Köln\n".encode("latin-1"), ":2:10", id="latin-1"),
        pytest.param("policy:\n".encode("utf-16"), ":1:1", id="utf-16"),
    ],
)
def test_file_that_is_not_utf8(tmp_path, raw, place):
    folder = write(tmp_path, policy=raw)
    with pytest.raises(ProblemsError) as raised:
        load_playbook(folder)
    (problem,) = raised.value.problems
    assert (problem.where, problem.code) == (f"{folder.as_posix()}/policy.yaml{place}", "UN1001")
    assert "UTF-8" in problem.message
    assert "UTF-8" in problem.hint


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[" * 50_000, id="deep brackets"),
        pytest.param("policy: &a {caps: [*a]}\n", id="a list that holds itself"),
        pytest.param("- a\n- b\n", id="a list at the top"),
        pytest.param("just text\n", id="text at the top"),
        pytest.param("&a [*a]: 1\n", id="a key that holds itself"),
    ],
)
def test_odd_yaml_is_a_problem_and_not_a_crash(tmp_path, text):
    with pytest.raises(ProblemsError) as raised:
        load_playbook(write(tmp_path, policy=text))
    assert all("policy.yaml" in problem.where for problem in raised.value.problems)


def test_columns_count_characters_not_bytes(tmp_path):
    text = FILES["products.yaml"].replace("[cardia 10 mg]", "[心安, 心安宁, [x]]")
    with pytest.raises(ProblemsError) as raised:
        load_playbook(write(tmp_path, products=text))
    assert raised.value.problems[0].where.endswith("products.yaml:4:24")


def test_missing_and_empty_folder(tmp_path):
    with pytest.raises(ProblemsError, match="no such folder") as raised:
        load_playbook(tmp_path / "playbook")
    assert raised.value.problems[0].code == "UN1009"
    (tmp_path / "notes.txt").write_text("company: x")
    (tmp_path / ".draft.yaml").write_text("company: x")
    with pytest.raises(ProblemsError, match="no YAML file") as raised:
        load_playbook(tmp_path)
    assert (raised.value.problems[0].where, raised.value.problems[0].code) == (tmp_path.as_posix(), "UN1009")


def test_unreadable_file(tmp_path):
    folder = write(tmp_path, policy=None)
    (folder / "policy.yaml").mkdir()
    with pytest.raises(ProblemsError, match="is a directory") as raised:
        load_playbook(folder)
    assert raised.value.problems[0].code == "UN1009"
