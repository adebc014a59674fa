"""`mingbai keys`: the keys that sign a village's log: how they are kept, backed up, changed and destroyed."""

from __future__ import annotations

import stat
from collections.abc import Iterator

import rich_click as click

from ledger.commands.common import (
    get_village,
    get_writable_village,
    home_option,
    json_option,
    maker_option,
    print_json,
    print_notice,
    village_option,
)
from ledger.errors import Fault, NotFound, NotProven, Refused, Tampered
from ledger.home import Home
from ledger.keys import KeySigner
from ledger.service.doctor import Check
from ledger.service.passing import pass_drafts
from ledger.service.rotate import KeyStanding, prepare_rotation, read_standing
from ledger.witnessed import find_witness_policy

PROTECTIONS = {"passphrase": "有口令保护", "plain": "没有口令保护", "token": "在令牌里"}
STANDINGS = {"in_force": "现用", "retired": "已换下", "waiting": "待启用"}


@click.group("keys")
def keys_group() -> None:
    """账本的签名私钥：保管、备份、更换。"""


@keys_group.command("status")
@home_option
@village_option
@json_option
def _status(home: Home, village: str | None, as_json: bool) -> None:
    """列出本村的私钥：哪一把现用，有没有口令保护。"""
    code = get_village(home, village)
    standing = read_standing(home, code)
    rows = [
        {
            "file": signer.path.name,
            "protection": signer.protection,
            "standing": find_standing(standing, signer),
            "verifier_key": signer.verifier_key,
        }
        for signer in home.keys.list_signers(code)
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{STANDINGS[row['standing']]}  {PROTECTIONS[row['protection']]}  {row['file']}")
        click.echo(f"        {row['verifier_key']}")
    if not any(row["standing"] == "in_force" for row in rows):
        print_notice("现用的私钥不在这里：不能再记账。请运维员从保管处取回。")


@keys_group.command("protect")
@home_option
@village_option
def _protect(home: Home, village: str | None) -> None:
    """给私钥加上口令，或换一个口令；原来的文件在新的写好、读回、验过以后才抹掉。"""
    code = get_village(home, village)
    signers = [signer for signer in home.keys.list_signers(code) if signer.protection != "token"]
    if not signers:
        raise NotFound(f"村 {code} 的私钥文件")
    passphrase = home.keys.passphrases.choose(f"村 {code} 的私钥")
    for signer in signers:
        home.keys.protect(code, signer.verifier_key, passphrase)
        print_notice(f"{signer.path.name} 已有口令保护。口令忘了没有办法找回：另抄一份，分开放好。")
    if home.vault_keys.protection != "none":
        home.vault_keys.protect(passphrase)
        print_notice("隐私库的钥匙也换成了这个口令。")


@keys_group.command("backup")
@home_option
@village_option
def _backup(home: Home, village: str | None) -> None:
    """打出有口令保护的私钥，抄在纸上也行；没有口令打不开它。"""
    code = get_village(home, village)
    signers = home.keys.list_signers(code)
    plain = [signer for signer in signers if signer.protection == "plain"]
    if plain:
        raise Refused([_build_plain(signer) for signer in plain])
    for signer in signers:
        click.echo(signer.path.read_text(encoding="ascii"), nl=False)
        print_notice(f"以上各行原样存成 keys/{signer.path.name}，权限 600，就恢复了这把私钥。")


@keys_group.command("rotate")
@home_option
@village_option
@maker_option
@click.option("--reason", required=True, help="换钥的原因；公开的。")
@click.option("--checker", metavar="代号", help="审核人的代号；不写就留待审核。")
@click.option("--no-passphrase", "is_plain", is_flag=True, help="新私钥不加口令；只用于试用。")
def _rotate(
    home: Home, village: str | None, maker: str, reason: str, checker: str | None, is_plain: bool
) -> None:
    """换一把签名私钥：新旧两把都签字，另一人通过后由新的签名。"""
    code = get_writable_village(home, village)
    new = _find_waiting(home, code) or _make_key(home, code, is_plain=is_plain)
    draft = prepare_rotation(home, code, maker=maker, reason=reason, new_key=new.verifier_key)
    click.echo(f"{draft.id}  {draft.label}")
    print_notice(f"新的公钥：{new.verifier_key}")
    _tell_witnesses(home, code, is_done=bool(checker))
    if checker:
        receipt = pass_drafts(home, code, [draft.id], checker)[0]
        assert receipt is not None  # Limits are of vouchers.
        print_notice(f"已换钥，第 {receipt.index} 条；从 {receipt.index + 1} 条起由新私钥签名。")
        print_notice("旧私钥用 mingbai keys retire 销毁。")
    else:
        print_notice(f"待审：mingbai pass {draft.id} --checker 审核人代号；在那之前记了别的，就要重新办理。")


@keys_group.command("retire")
@home_option
@village_option
@click.option("--yes", is_flag=True, help="不再问。")
def _retire(home: Home, village: str | None, yes: bool) -> None:
    """销毁已经换下、新私钥已经签过名的旧私钥。"""
    code = get_village(home, village)
    retired = _list_standing(home, code, "retired")
    for signer in retired:
        if yes or click.confirm(f"销毁 {signer.path.name}（{signer.verifier_key}）？", err=True):
            home.keys.destroy(code, signer.verifier_key)
            print_notice(f"已销毁 {signer.path.name}。它签过的检查点照样能核对。")
    if not retired:
        print_notice("没有可以销毁的旧私钥。")


def find_standing(standing: KeyStanding, signer: KeySigner) -> str:
    """Return the key of STANDINGS for a signer; a key that handed over and is still needed counts as in force."""
    if signer.verifier_key in standing.retired:
        return "retired"
    return "in_force" if signer.verifier_key in standing.needed else "waiting"


def choose_protection(home: Home, title: str, *, is_plain: bool) -> str:
    """Return the passphrase for a new key, empty where the token keeps it or somebody said that there be none."""
    if is_plain or home.keys.token is not None:
        return ""
    return home.keys.passphrases.choose(title)


def check_keys(home: Home) -> Iterator[Check]:
    """Whether keys lie open, and whether one that was replaced still lies about."""
    for village in home.keys.list_villages():
        name = f"{village} 的私钥保管"
        try:
            signers = home.keys.list_signers(village)
        except NotProven as error:
            yield Check(advice="从保管处取回 keys 文件夹", found=str(error), name=name, state="wrong")
            continue
        try:
            standing = read_standing(home, village)
        except (NotFound, Tampered):
            if home.heads.find_newest(village) is None:
                yield Check(
                    advice="立账没有做完的，再运行一次 mingbai init；不要的，把这个私钥文件移走",
                    found="有私钥，没有账本",
                    name=name,
                    state="warning",
                )
            continue  # Of a log that was signed and cannot be read the doctor tells beside its checkpoint.
        open_ = [signer.path.name for signer in signers if signer.protection == "plain"]
        old = [signer.path.name for signer in signers if find_standing(standing, signer) == "retired"]
        found = [f"没有口令保护：{'、'.join(open_)}"] if open_ else []
        found += [f"已经换下还没有销毁：{'、'.join(old)}"] if old else []
        advice = ["用 mingbai keys protect 加上口令"] if open_ else []
        advice += ["用 mingbai keys retire 销毁"] if old else []
        kept = "、".join(sorted({PROTECTIONS[signer.protection] for signer in signers}))
        yield Check(
            advice="；".join(advice),
            found="；".join(found) or kept,
            name=name,
            state="warning" if found else "fine",
        )


def check_folder(home: Home) -> Iterator[Check]:
    """The folder of keys is for this account alone; the files themselves are looked at with the databases."""
    folder = home.path / "keys"
    if not folder.is_dir():
        return
    is_exposed = stat.S_IMODE(folder.stat().st_mode) & 0o077
    yield Check(
        advice=f"用 chmod 700 {folder} 收紧" if is_exposed else "",
        found="别人也能进" if is_exposed else "只有本账号能进",
        name="私钥文件夹",
        state="wrong" if is_exposed else "fine",
    )


def _tell_witnesses(home: Home, village: str, *, is_done: bool) -> None:
    """Name those who must trust the new key before they cosign anything that it signed."""
    with home.ledger.read(village) as reader:
        policy = find_witness_policy(reader)
    if policy is None:
        return
    names = "、".join(witness.name for witness in policy.witnesses)
    when = "马上把新的公钥交给" if is_done else "通过以前，先把新的公钥交给"
    print_notice(f"{when}各位见证人：{names}。他登记了才会再签（mingbai witness add-log），签过再去掉旧的。")


def _find_waiting(home: Home, village: str) -> KeySigner | None:
    """Return a key that was made and never took over: preparing again goes on with it."""
    waiting = _list_standing(home, village, "waiting")
    return waiting[0] if waiting else None


def _list_standing(home: Home, village: str, standing: str) -> list[KeySigner]:
    whole = read_standing(home, village)
    return [signer for signer in home.keys.list_signers(village) if find_standing(whole, signer) == standing]


def _make_key(home: Home, village: str, *, is_plain: bool) -> KeySigner:
    origin = home.keys.get_signer(village, read_standing(home, village).in_force).origin
    passphrase = choose_protection(home, f"村 {village} 的新私钥", is_plain=is_plain)
    return home.keys.add(village, origin, home.entropy.take(32), passphrase)


def _build_plain(signer: KeySigner) -> Fault:
    return Fault(
        code="key-plain",
        place=f"私钥文件 {signer.path.name}",
        found="没有口令保护",
        expected="有口令保护的私钥才抄写、复印",
        remedy="先用 mingbai keys protect 加上口令",
    )
