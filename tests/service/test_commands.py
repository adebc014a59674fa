"""The commands of a clerk's month, typed one after another in an empty folder."""

from __future__ import annotations

import json
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger.cli import root
from ledger.data import read_data
from ledger.errors import Refused
from ledger.service.doctor import check_python
from reports.fonts import FontsMissing

VILLAGE = "379900001201"
PERSONS = ("--clerk", "样例甲", "--supervisor", "样例乙")
DETAILS = ("--name", "石榴河村", "--township", "样例县石榴镇", "--telephone", "0000-0000000", *PERSONS)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MINGBAI_HOME", str(tmp_path / "home"))
    result = run("init", "--village", VILLAGE, "--no-passphrase", *DETAILS)
    assert (result.exit_code, "已立账" in result.stderr) == (0, True)
    return tmp_path / "home"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(root, arguments)


def list_users() -> dict[str, str]:
    """Return the pseudonyms by role."""
    persons = json.loads(run("users", "list", "--json").stdout)
    return {role: person["user"] for person in persons for role in person["roles"]}


def list_codes(result: Result) -> list[str]:
    assert isinstance(result.exception, Refused), result.output
    return [fault.code for fault in result.exception.faults]


def test_what_is_adopted_waits_and_is_passed_by_another(home: Path) -> None:
    users = list_users()
    options = ("--maker", users["clerk"], "--month", "2026-10", "--resolution", "村民代表会议通过")

    adopted = [run("adopt", what, *options) for what in ("rulebook", "scheme")]
    listed = json.loads(run("drafts", "--json").stdout)
    passed = run("pass", "--all", "--checker", users["supervisor"])

    assert [result.exit_code for result in adopted] == [0, 0]
    assert [item["batch"] for item in listed] == ["village.described", "rulebook.adopted", "scheme.adopted"]
    assert (passed.exit_code, "已记入 3 条" in passed.stderr) == (0, True)
    assert "共 0 条待审" in run("drafts").stderr


def test_a_scheme_is_adopted_by_its_name_or_from_a_file(home: Path, tmp_path: Path) -> None:
    users = list_users()
    options = ("--maker", users["clerk"], "--month", "2026-10", "--resolution", "党委会议通过")
    own, wrong = tmp_path / "own.toml", tmp_path / "wrong.toml"
    tables = read_data("schemes.toml").split("[[schemes]]")
    table = next(one for one in tables if 'scheme = "branch-stars"' in one)
    own.write_text(table, encoding="utf-8")
    wrong.write_text(
        table.replace("weight = 40", "weight = 41").replace("exemplar", "pension"), encoding="utf-8"
    )

    named = run("adopt", "scheme", "--name", "grid-worker", *options)
    refused = run("adopt", "scheme", "--file", str(wrong), *options)
    read = run("adopt", "scheme", "--file", str(own), *options)

    assert [result.exit_code for result in (named, read)] == [0, 0]
    assert "网格员考评办法（日常积分、民主测评、综合评定）第 1 版，2026-10 起用" in named.stdout
    assert "支部评星办法（一至五星）第 1 版" in read.stdout
    assert list_codes(refused) == ["effect-honours", "scheme-weights"]


def test_a_draft_can_be_looked_at_and_given_up(home: Path) -> None:
    (draft,) = json.loads(run("drafts", "--json").stdout)
    clerk = list_users()["clerk"]

    assert "村情说明：样例县石榴镇石榴河村" in run("drafts").stdout
    assert list_codes(run("pass", draft["id"], "--checker", clerk)) == ["person-role"]
    assert run("pass", "--checker", clerk).exit_code == 2
    assert run("discard", draft["id"]).exit_code == 2
    assert run("discard", draft["id"], "--maker", clerk).exit_code == 0
    again = ("--name", "石榴沟村", "--township", "样例县", "--telephone", "0000-0")
    assert run("adopt", "description", "--maker", clerk, *again).exit_code == 0


def test_the_second_person_sees_what_would_be_recorded_and_whose_it_is(home: Path) -> None:
    users = list_users()
    run("pass", "--all", "--checker", users["supervisor"])
    changed = ("--name", "石榴河村", "--township", "样例县石榴镇", "--telephone", "0000-0000001")
    run("adopt", "description", "--maker", users["clerk"], *changed)

    listed = run("drafts")
    (draft,) = json.loads(run("drafts", "--json").stdout)
    shown = run("drafts", draft["id"])
    (told,) = json.loads(run("drafts", draft["id"], "--json").stdout)

    assert (draft["maker"], draft["maker_name"]) == (users["clerk"], "样例甲")
    assert listed.stdout == f"{draft['id']}  {draft['label']}　村文书 {users['clerk']} 样例甲\n"
    day = told["occurred_on"]
    assert shown.stdout.splitlines() == [
        f"{draft['id']}  村情说明：样例县石榴镇石榴河村",
        f"　村文书 {users['clerk']} 样例甲，会计期间 {day[:7]}，发生日期 {day}",
        "　村名：石榴河村",
        "　县和乡镇：样例县石榴镇",
        "　监督电话：原为 0000-0000000，改为 0000-0000001",
    ]
    assert told["body"] == {"name": "石榴河村", "telephone": "0000-0000001", "township": "样例县石榴镇"}
    assert {name: told[name] for name in draft} == draft
    assert list_codes(run("drafts", "d-none")) == ["draft-unknown"]


def test_a_month_without_books_is_not_closed(home: Path) -> None:
    users = list_users()

    refused = run("close", "--month", "2026-01", "--maker", users["clerk"], "--checker", users["supervisor"])

    assert "books-not-opened" in list_codes(refused)


def test_programs_read_what_became_of_drafts(home: Path) -> None:
    users = list_users()
    adoption = ("--maker", users["clerk"], "--month", "2026-10", "--resolution", "村民代表会议通过", "--json")

    rulebook, scheme = (json.loads(run("adopt", what, *adoption).stdout) for what in ("rulebook", "scheme"))
    given_up = run("discard", scheme["draft"], "--checker", users["supervisor"], "--json")
    passed = run("pass", rulebook["draft"], "--checker", users["supervisor"], "--json")

    assert (rulebook["village"], "58 条" in rulebook["label"]) == (VILLAGE, True)
    assert json.loads(given_up.stdout) == {"discarded": [scheme["draft"]], "village": VILLAGE}
    assert json.loads(passed.stdout) == {
        "held": {},
        "recorded": [{"draft": rulebook["draft"], "index": 1}],
        "village": VILLAGE,
    }


def test_a_name_in_place_of_a_code_lists_who_may(home: Path) -> None:
    users = list_users()
    month = ("close", "--month", "2026-01")

    refused = run(*month, "--maker", "样例甲", "--checker", "样例乙")
    stranger = run(*month, "--maker", users["supervisor"])
    nobody = run("discard", "d-none", "--maker", "u-aaaaaaaaaa")

    assert list_codes(refused) == ["person-code", "person-code"]
    assert "样例" not in str(refused.exception)
    assert refused.stderr.splitlines() == [
        "本村可以写在 --maker 的人：",
        f"  {users['clerk']}  村文书  样例甲",
        "本村可以写在 --checker 的人：",
        f"  {users['supervisor']}  监督委员  样例乙",
    ]
    assert list_codes(stranger) == list_codes(nobody) == ["person-role"]
    assert f"  {users['clerk']}  村文书  样例甲" in stranger.stderr


def test_people_are_entered_and_listed(home: Path) -> None:
    added = run("users", "add", "--name", "样例丙", "--role", "secretary")

    assert added.stdout.strip() in run("users", "list").stdout
    assert "村书记  样例丙" in run("users", "list").stdout


def test_founding_again_changes_nothing_and_a_bad_founding_is_refused(home: Path) -> None:
    assert "没有改动" in run("init", "--village", VILLAGE, *DETAILS).stderr
    assert list_codes(run("init", "--village", "37", *DETAILS)) == ["founding-detail"]
    assert list_codes(run("init", "--base-url", "ftp://x")) == ["setting-invalid"]


def test_a_founding_that_could_not_be_described_leaves_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"

    result = run(
        "init", "--home", str(home), "--village", VILLAGE, *DETAILS[: -len(PERSONS) - 1], "无", *PERSONS
    )

    assert (list_codes(result), home.exists()) == (["telephone-form"], False)


def test_a_founding_says_where_the_codes_would_lead_nowhere(tmp_path: Path) -> None:
    at = "https://mb.example.cn"

    assert "只有这台机器打得开" in run("init", "--home", str(tmp_path / "one")).stderr
    assert "只有这台机器打得开" not in run("init", "--home", str(tmp_path / "two"), "--base-url", at).stderr
    assert "只有这台机器打得开" not in run("init", "--home", str(tmp_path / "two")).stderr


def test_an_option_that_differs_from_the_settings_of_a_home_is_refused_whole(home: Path) -> None:
    settings = home / "mingbai.toml"
    settings.write_text('public_base_url = "https://a.example.cn"\n')
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    second = ("init", "--village", "379900001202", "--no-passphrase", *DETAILS)

    refused = run(*second, "--base-url", "https://b.example.cn", "--database", "postgresql://db.example.cn/m")

    assert str(refused.exception).splitlines() == [
        (
            "--base-url：现为https://b.example.cn，应为与已有设置一样，或不写。"
            "已有设置是 https://a.example.cn，请改 mingbai.toml；已封存的表不会跟着改。（setting-kept）"
        ),
        (
            "--database：现为postgresql://db.example.cn/m，应为与已有设置一样，或不写。"
            "已有设置是 放在文件夹里，还没有立账的请改 mingbai.toml；"
            "已有账的，先备份，再用 mingbai restore 恢复成新的账本文件夹。（setting-kept）"
        ),
    ]
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before
    assert run(*second, "--base-url", "https://a.example.cn", "--database", "").exit_code == 0
    assert run(*second).exit_code == 0


def test_a_village_must_be_known(home: Path) -> None:
    assert list_codes(run("drafts", "--village", "1")) == ["village-unknown"]


def test_a_doctor_tells_what_is_wrong_and_what_to_do(home: Path) -> None:
    fine = run("doctor")
    (home / "keys" / f"{VILLAGE}.key").chmod(0o644)
    wrong = run("doctor", "--json")
    (home / "keys" / f"{VILLAGE}.key").unlink()
    lost = run("doctor")

    assert fine.exit_code == 0
    assert "正式使用前在 mingbai.toml 里写好对外网址" in fine.stdout
    assert (wrong.exit_code, lost.exit_code) == (1, 1)
    assert f"用 chmod 600 收紧：在 {home} 里" in {item["advice"] for item in json.loads(wrong.stdout)}
    assert "从保管处取回 keys 文件夹" in lost.stdout


def test_a_doctor_looks_at_the_program_alone_where_no_home_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MINGBAI_HOME")

    result = run("doctor")

    assert result.exit_code == 0
    assert [line[6:].partition("：")[0] for line in result.stdout.splitlines() if line[:1] in "✓!"] == [
        "Python",
        "SQLite",
        "命令",
        "排版用的 Pango",
        "公开表的字体",
        "老手机的验签程序",
    ]
    assert result.stderr == "没有写 --home：只检查了程序，没有检查账本。\n"


def test_a_doctor_says_that_fonts_or_the_fallback_are_missing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def miss() -> None:
        raise FontsMissing("缺少中文字体")

    monkeypatch.setattr("reports.commands.find_fonts", miss)
    monkeypatch.setattr("web.commands.has_fallback", lambda: False)

    checks = {item["name"]: item for item in json.loads(run("doctor", "--json").stdout)}

    fonts, fallback = checks["公开表的字体"], checks["老手机的验签程序"]
    assert (fonts["state"], fonts["found"]) == ("warning", "缺少中文字体")
    assert fonts["advice"] == "要打印公开表的，装上：apt install fonts-noto-cjk"
    assert (fallback["state"], fallback["found"]) == ("warning", "没有 web/static/fallback.js")
    assert fallback["advice"].startswith("用 ./mingbai 装一次")


def test_a_doctor_names_each_file_of_a_home_once(home: Path) -> None:
    names = [item["name"] for item in json.loads(run("doctor", "--json").stdout)]

    assert [name for name in names if name.endswith(" 的设置")] == [
        "desk.db 的设置",
        "heads.db 的设置",
        "ledger.db 的设置",
        "vault.db 的设置",
    ]


def test_a_doctor_says_that_a_database_cannot_be_read(home: Path) -> None:
    (home / "ledger.db-wal").unlink(missing_ok=True)
    (home / "ledger.db").write_bytes(b"nothing of a database" * 100)

    result = run("doctor")

    assert result.exit_code == 1
    assert "✗ 有错  数据库：读不出来：file is not a database" in result.stdout


@pytest.mark.parametrize(("version", "state"), [((3, 11, 2), "warning"), ((3, 11, 8), "fine")])
def test_an_older_python_is_told_and_nothing_impossible_is_advised(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int], state: str
) -> None:
    monkeypatch.setattr("sys.version_info", version)

    check = check_python()

    assert (check.state, check.found) == (state, ".".join(map(str, version)))
    assert ("可以照常使用" in check.advice) == (state == "warning")


def test_a_part_that_is_not_installed_is_named_with_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [EntryPoint(name="serve", value="absent.commands:serve", group="mingbai.commands")]
    monkeypatch.setattr("ledger.commands.doctor.entry_points", lambda group: points)
    monkeypatch.setattr("ctypes.util.find_library", lambda name: None)

    result = run("doctor")

    assert result.exit_code == 0
    assert "! 注意  命令：用不了 serve（没有装 absent）" in result.stdout
    assert "apt install libpango-1.0-0" in result.stdout


def test_settings_that_cannot_be_used_are_named(home: Path) -> None:
    for text in ("x = [", "unknown = 1", "is_demo = 3", 'public_base_url = "nowhere"'):
        (home / "mingbai.toml").write_text(text)
        assert list_codes(run("doctor")) == ["setting-invalid"]
    (home / "mingbai.toml").unlink()
    assert list_codes(run("doctor")) == ["home-invalid"]
    assert list_codes(run("init")) == ["home-invalid"]
