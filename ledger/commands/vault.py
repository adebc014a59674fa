"""`mingbai vault`: the encrypted vault and its keys: who is in it, erasing, rotating, copying the keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import rich_click as click

from ledger.commands.common import (
    get_village,
    home_option,
    json_option,
    print_json,
    print_notice,
    village_option,
)
from ledger.commands.refusals import explain_os_error
from ledger.data import load_masks
from ledger.errors import Fault, Refused
from ledger.home import Home
from ledger.service.accounts.rights import OPERATOR
from ledger.service.counterparties import list_counterparties
from ledger.service.doctor import Check
from ledger.service.documents import list_originals
from ledger.service.erase import Erased, erase_agreed, erase_at_machine, refuse_no_subject
from ledger.service.objections import list_objection_subjects
from ledger.service.persons import DUTY_NAMES, name_duties
from ledger.service.readings import Reading, list_readings, log_machine_reading
from ledger.service.reporting import list_report_subjects
from ledger.service.standing import list_known_villages
from ledger.state import get_day
from ledger.store.upkeep import KeysCopied, read_upkeep, write_upkeep

NAME = "隐私库"


@click.group("vault")
def vault_group() -> None:
    """加密的隐私库：删除一户一人，轮换和抄写钥匙。"""


@vault_group.command("list")
@home_option
@village_option
@json_option
def _list(home: Home, village: str | None, as_json: bool) -> None:
    """列出隐私库里的户、党员、办事的人、合同对方、异议和单据原件，连同代号；删除过的也列出。"""
    code = get_village(home, village)
    others = list_counterparties(home, code)
    rows = [
        *(
            {"subject": item.household, "title": f"{item.number} 户 {item.name}"}
            for item in home.vault.list_households(code)
        ),
        *(
            {"subject": item.member, "title": f"{item.number} 党员 {item.name}"}
            for item in home.vault.list_members(code)
        ),
        *(
            {"subject": item.user, "title": f"{name_duties(item.roles)} {item.name}"}
            for item in home.vault.list_persons(code)
        ),
        *(
            {"subject": subject, "title": f"凭证 {number} 的单据"}
            for number, subject in list_originals(home, code)
        ),
        *({"subject": item.subject, "title": f"合同 {item.contract} 的对方 {item.name}"} for item in others),
        *({"subject": subject, "title": title} for title, subject in list_objection_subjects(home, code)),
        *({"subject": subject, "title": title} for title, subject in list_report_subjects(home, code)),
        *({"subject": subject, "title": "已删除"} for subject in sorted(home.vault.list_erased(code))),
    ]
    shown = [item.household for item in home.vault.list_households(code)]
    shown += [item.member for item in home.vault.list_members(code)]
    shown += [item.subject for item in others]
    log_machine_reading(home, code, shown, place="command:vault-list")
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['subject']}  {row['title']}")


@vault_group.command("readings")
@home_option
@village_option
@click.argument("subject", metavar="代号")
@json_option
def _readings(home: Home, village: str | None, subject: str, as_json: bool) -> None:
    """列出谁看过一户、一名党员的隐私内容：什么时候、什么身份、为什么。"""
    code = get_village(home, village)
    refuse_no_subject(subject)
    with home.desk.read() as desk:
        readings = list_readings(desk, code, subject)
    if as_json:
        print_json(readings)
        return
    for reading in readings:
        click.echo(_tell_reading(reading))
    print_notice(f"共 {len(readings)} 次。")


def _tell_reading(reading: Reading) -> str:
    why = load_masks().name_purposes(reading.purpose)
    roles = "、".join(name for duty, name in DUTY_NAMES.items() if duty in reading.role.split("/"))
    away = "运维员" if reading.role == OPERATOR else "在机器上"
    who = f"{roles} {reading.user}" if reading.user else away
    among = f"，同时看了另外 {reading.among} 户、人" if reading.among else ""
    return f"{reading.at}  {who}  {reading.place}  {why}{among}"


@vault_group.command("erase")
@home_option
@village_option
@click.argument("subject", required=False, metavar="代号")
@click.option("--pending", is_flag=True, help="把网页上已经同意、还没有删成的都删掉。")
@click.option("--yes", is_flag=True, help="不再问。")
def _erase(home: Home, village: str | None, subject: str | None, pending: bool, yes: bool) -> None:
    """删除一户、一名党员或一个人的全部隐私内容；再也找不回，总数照算。"""
    if pending == bool(subject):
        raise click.UsageError("写明代号，或用 --pending，二者选一。")
    code = get_village(home, village)
    if subject is None:
        done = erase_agreed(home, code)
        for erased in done:
            _tell_erased(erased)
        print_notice(f"删除了 {len(done)} 户、人。")
        if done:
            _tell_left(home, code)
        return
    question = f"删除 {subject} 的全部隐私内容？删了再也找不回，以前的备份里也读不出"
    if not yes and not click.confirm(question, err=True):
        raise click.Abort
    _tell_erased(erase_at_machine(home, code, subject))
    _tell_left(home, code)


def _tell_erased(erased: Erased) -> None:
    subject = erased.subject
    print_notice(
        f"{subject} 早已删除，又清理了一遍。" if erased.was_erased else f"已删除 {subject} 的隐私内容。"
    )
    for draft in erased.drafts:
        print_notice(f"待审记录 {draft} 里有他的内容，不能再通过：用 mingbai discard 作废。")


def _tell_left(home: Home, code: str) -> None:
    if not home.vault.clean(code):
        print_notice("别的程序正在用隐私库，文件还没有清理完：稍后运行 mingbai vault encrypt。")
    print_notice("钥匙副本里还有他的钥匙：马上用 mingbai vault copy 把每一份都换成新的，别处抄过的销毁。")


@vault_group.command("rotate")
@home_option
@village_option
def _rotate(home: Home, village: str | None) -> None:
    """换一把村钥匙：各户各人的钥匙改由新的包着，旧的销毁。"""
    code = get_village(home, village)
    generation = home.vault_keys.rotate(code)
    print_notice(f"{code} 的村钥匙换成了第 {generation} 把，旧的已销毁。用 mingbai vault copy 换掉钥匙副本。")


@vault_group.command("encrypt")
@home_option
@village_option
def _encrypt(home: Home, village: str | None) -> None:
    """把加密以前留下的内容加密，并把数据库文件里的残留清理干净；可以重复运行。"""
    for code in [get_village(home, village)] if village else list_known_villages(home):
        home.vault.make_ready(code, again=True)
        is_clean = home.vault.clean(code)
        print_notice(f"{code}：隐私内容都已加密" + ("，文件也清理过了。" if is_clean else "。"))
        if not is_clean:
            print_notice("别的程序正在用隐私库，文件还没有清理完：停下网页服务再运行一次。")
    if home.config.database:
        print_notice("PostgreSQL 里的残留请数据库管理员清理：VACUUM FULL vault.disclosures 等各表。")


@vault_group.command("copy")
@home_option
@click.argument("target", metavar="文件夹")
def _copy(home: Home, target: str) -> None:
    """把隐私库的钥匙抄一份到另一块盘上，换掉那里旧的；不要和备份放在一起。"""
    folder = Path(target)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        digest = home.vault_keys.copy_to(folder)
    except OSError as error:
        raise Refused([_build_unwritable(target, explain_os_error(error))]) from error
    copied = KeysCopied(at_ms=home.clock.now_ms(), digest=digest, target=str(folder.absolute()))
    write_upkeep(home.path, msgspec.structs.replace(read_upkeep(home.path), keys_copied=copied))
    print_notice(f"钥匙副本已放好：{target}。只留最新的一份：旧副本能读出后来删除的人。")
    if home.vault_keys.protection == "plain":
        print_notice("钥匙没有口令保护：拿到副本和备份的人什么都能读。先用 mingbai keys protect 加上口令。")


def check_vault(home: Home) -> Iterator[Check]:
    """How the vault is protected, whether all of it is encrypted, whether its keys were copied since they changed."""
    try:
        yield _check_key(home)
    except Refused as error:
        fault = error.faults[0]
        yield Check(advice=fault.remedy, found=fault.found, name=f"{NAME}的钥匙", state="wrong")
        return
    for village in list_known_villages(home):
        yield _check_village(home, village)
    yield _check_copy(home)


def _check_key(home: Home) -> Check:
    found = {
        "none": "还没有钥匙",
        "passphrase": "AES-256-GCM 加密，一户一人一把钥匙，有口令保护",
        "plain": "AES-256-GCM 加密，一户一人一把钥匙，没有口令保护",
    }[home.vault_keys.protection]
    advice = {
        "none": "第一次读写隐私内容时会做好",
        "passphrase": "",
        "plain": "用 mingbai keys protect 加上口令",
    }
    told = advice[home.vault_keys.protection]
    return Check(advice=told, found=found, name=f"{NAME}的保管", state="warning" if told else "fine")


def _check_village(home: Home, village: str) -> Check:
    name = f"{village} 的{NAME}"
    locked = home.vault.list_locked(village)
    if locked:
        return Check(
            advice="从钥匙副本或原机器的 keys 文件夹放回 home.vault 和各村的 .vault 文件，要最新的",
            found=f"没有其中 {len(locked)} 户、人的钥匙，读不出来",
            name=name,
            state="wrong",
        )
    if home.vault.is_plain(village):
        return Check(
            advice="运行 mingbai vault encrypt", found="还有没加密的内容", name=name, state="warning"
        )
    erased = len(home.vault.list_erased(village))
    return Check(
        advice="", found="都已加密" + (f"，删除过 {erased} 户、人" if erased else ""), name=name, state="fine"
    )


def _check_copy(home: Home) -> Check:
    copied = read_upkeep(home.path).keys_copied
    is_fresh = copied is not None and copied.digest == home.vault_keys.digest()
    found = f"最近一次 {get_day(copied.at_ms)}" if copied is not None else "还没有过"
    return Check(
        advice=""
        if is_fresh
        else "运行 mingbai vault copy，放到另一块盘上、不和备份一起：没有它，备份里的隐私内容读不出",
        found=found if is_fresh or copied is None else f"{found}，以后钥匙又变过",
        name=f"{NAME}的钥匙副本",
        state="fine" if is_fresh else "warning",
    )


def _build_unwritable(target: str, found: str) -> Fault:
    return Fault(
        code="file-unwritable",
        place=f"文件夹 {target}",
        found=found,
        expected="可以写的文件夹",
        remedy="检查文件夹是否存在、是否有权限和空间",
    )
