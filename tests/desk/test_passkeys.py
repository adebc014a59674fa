"""Passkeys: what opens an account by one, and every answer that does not, each refused in the same words."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from ledger.errors import Refused
from ledger.service.accounts.delays import NETWORK_BUDGET
from ledger.service.accounts.manage import disable_account, reset_account, set_last_day
from ledger.service.accounts.passkeys import (
    CHALLENGE_MS,
    PASSKEYS_MAX,
    SIGN_IN,
    NewKey,
    add_passkey,
    give_passkey,
    make_challenge,
    name_adding,
    name_factor,
    name_passkey,
    remove_passkey,
    sign_in_by_passkey,
)
from ledger.service.accounts.sessions import SignedIn
from ledger.service.accounts.sign_in import Slowed, sign_in
from tests.desk.authenticator import PARTY, PRESENT, Authenticator
from tests.desk.people import HERE, PASSWORD, Door
from web.passkeys import Party, decode_bytes, encode_bytes, find_party, read_assertion, read_new_key

WRONG = "通行密钥：现为没有通过，应为在“我的账号”里加过的通行密钥。再试一次；还不行，用密码登录。（passkey-wrong）"
NOT_ADDED = (
    "通行密钥：现为没有加成，应为刚刚在这台设备上确认的。"
    "回到“我的账号”再加一次；不加也照样能用密码登录。（passkey-not-added）"
)


def register(door: Door, name: str = "li", token: str = "", **words: object) -> Authenticator:
    """An account's passkey, made in the session of `token` or a new one."""
    signed_in = door.find(token or door.sign_in(name))
    device = replace(Authenticator(signed_in.account.account), **words)
    answer = device.make(make_challenge(door.home, name_adding(signed_in)))
    add_passkey(door.home, signed_in, read_new_key(answer, PARTY), "我的手机")
    return device


def enter(door: Door, answer: str) -> tuple[str, SignedIn]:
    return sign_in_by_passkey(door.home, read_assertion(answer, PARTY), HERE)


def refuse(door: Door, answer: str) -> None:
    with pytest.raises(Refused) as error:
        enter(door, answer)
    assert str(error.value) == WRONG


def ask(door: Door) -> bytes:
    return make_challenge(door.home, SIGN_IN)


def test_a_passkey_opens_the_account_whole(door: Door) -> None:
    door.let_in("li", "supervisor")
    device = register(door)

    token, signed_in = enter(door, device.sign(ask(door)))

    assert (signed_in.account.sign_in, signed_in.duty, signed_in.session.is_whole) == ("li", "", True)
    assert door.is_in(token)
    last = door.read_log()[-1].fact
    assert (last.event, last.outcome) == ("signed-in", "passkey")
    assert "passkey-added" in door.list_events()


def forge(**changes: object) -> Callable[[Authenticator, bytes], str]:
    return lambda device, challenge: device.sign(challenge, **changes)


FORGED = {
    "another origin": forge(origin="https://evil.example"),
    "another port": forge(origin="http://localhost:8001"),
    "another scheme": forge(origin="https://localhost:8000"),
    "within another site": forge(crossOrigin=True),
    "within another site, named": forge(topOrigin="https://evil.example"),
    "another party": forge(party="evil.example"),
    "no user verification": forge(flags=PRESENT),
    "no user presence": forge(flags=0x04),
    "nobody there": forge(flags=0),
    "another key": forge(signer=ec.generate_private_key(ec.SECP256R1())),
    "another user": forge(user="a-bbbbbbbbbb"),
    "no user": forge(user=""),
    "made, not signed": forge(type="webauthn.create"),
    "another credential": lambda device, challenge: replace(device, credential=b"x" * 32).sign(challenge),
    "a challenge of nobody": lambda device, _: device.sign(b"\x00" * 56),
    "a short challenge": lambda device, challenge: device.sign(challenge[:-1]),
    "a challenge bent": lambda device, challenge: device.sign(challenge[:-1] + bytes([challenge[-1] ^ 1])),
    "a challenge dated on": lambda device, challenge: device.sign(b"\x7f" + challenge[1:]),
    "nothing": lambda _device, _: "",
    "no object": lambda _device, _: "[]",
    "deep": lambda _device, _: "[" * 8_000,
    "long": lambda _device, _: '{"id": "' + "A" * 20_000 + '"}',
    "an answer to make": lambda device, challenge: device.make(challenge),
}


@pytest.mark.parametrize("how", list(FORGED))
def test_every_forged_answer_is_refused_in_the_same_words(door: Door, how: str) -> None:
    door.let_in("li", "supervisor")
    device = register(door)
    before = len(door.read_log())

    refuse(door, FORGED[how](device, ask(door)))

    assert [(line.fact.event, line.fact.reason) for line in door.read_log()[before:]] == [
        ("refused", "passkey")
    ]
    assert door.is_in(enter(door, device.sign(ask(door)))[0])


def test_an_answer_counts_once(door: Door) -> None:
    door.let_in("li", "supervisor")
    device = register(door, counts=False)
    answer = device.sign(ask(door))

    enter(door, answer)

    refuse(door, answer)


def test_a_challenge_counts_once_whoever_answers(door: Door) -> None:
    door.let_in("li", "supervisor")
    device = register(door, counts=False)
    challenge = ask(door)
    enter(door, device.sign(challenge))

    refuse(door, device.sign(challenge))


def test_a_challenge_ends_and_none_is_taken_from_the_future(door: Door) -> None:
    door.let_in("li", "supervisor")
    device = register(door)
    early, late = ask(door), ask(door)
    door.village.clock.advance(CHALLENGE_MS - 1)
    enter(door, device.sign(early))
    door.village.clock.advance(1)
    refuse(door, device.sign(late))

    future = ask(door)
    door.village.clock.advance(-2)
    refuse(door, device.sign(future))


def test_a_challenge_is_for_what_it_was_made_for(door: Door) -> None:
    token = door.let_in("li", "supervisor")
    device = register(door, token=token)
    signed_in = door.find(token)

    for purpose in (name_adding(signed_in), name_factor(signed_in), "", "sign-i"):
        refuse(door, device.sign(make_challenge(door.home, purpose)))


def test_a_counter_that_goes_back_or_stands_still_is_refused_and_logged(door: Door) -> None:
    door.let_in("li", "supervisor")
    device = register(door)
    double = replace(device)
    enter(door, device.sign(ask(door)))
    enter(door, device.sign(ask(door)))

    refuse(door, double.sign(ask(door)))  # One behind.
    refuse(door, double.sign(ask(door)))  # The same.

    cloned = [line.fact for line in door.read_log() if line.fact.event == "passkey-cloned"]
    assert [fact.subject for fact in cloned] == [name_passkey(device.credential)] * 2
    assert double.count == device.count
    assert door.is_in(enter(door, device.sign(ask(door)))[0])


def test_a_counter_that_begins_to_count_or_stops_is_seen(door: Door) -> None:
    door.let_in("li", "supervisor")
    device = register(door, counts=False)
    enter(door, device.sign(ask(door)))
    device.counts = True
    enter(door, device.sign(ask(door)))

    device.counts, device.count = False, 0
    refuse(door, device.sign(ask(door)))


@pytest.mark.parametrize("how", ["disabled", "expired", "reset", "removed"])
def test_an_account_that_cannot_be_used_is_not_opened_by_a_passkey(door: Door, how: str) -> None:
    token = door.let_in("li", "supervisor")
    device = register(door, token=token)
    if how == "disabled":
        disable_account(door.home, "li")
    elif how == "expired":
        set_last_day(door.home, "li", "2026-01-01")
    elif how == "reset":
        reset_account(door.home, "li")
    else:
        remove_passkey(door.home, door.find(token), device.credential)

    refuse(door, device.sign(ask(door)))


def test_a_passkey_stands_for_the_second_factor_of_its_own_account_and_session(door: Door) -> None:
    token = door.let_in("li", "supervisor")
    device = register(door, token=token)
    other = register_other(door)
    _, half = sign_in(door.home, "li", PASSWORD, HERE)
    _, elsewhere = sign_in(door.home, "li", PASSWORD, HERE)

    def give(by: Authenticator, purpose: str) -> str:
        answer = by.sign(make_challenge(door.home, purpose))
        return give_passkey(door.home, half, read_assertion(answer, PARTY), HERE)

    for by, purpose in (
        (other, name_factor(half)),
        (device, name_factor(elsewhere)),
        (device, SIGN_IN),
    ):
        with pytest.raises(Refused) as error:
            give(by, purpose)
        assert str(error.value) == WRONG
    whole = give(device, name_factor(half))

    assert door.find(whole).session.is_whole
    assert door.find(whole).session.session == half.session.session


def register_other(door: Door) -> Authenticator:
    door.let_in("sun", "supervisor")
    return register(door, "sun", credential=b"\x08" * 32)


def test_of_an_account_disabled_in_between_no_half_session_becomes_whole(door: Door) -> None:
    door.let_in("li", "supervisor")
    device = register(door)
    _, half = sign_in(door.home, "li", PASSWORD, HERE)
    disable_account(door.home, "li")
    answer = device.sign(make_challenge(door.home, name_factor(half)))

    with pytest.raises(Refused):
        give_passkey(door.home, half, read_assertion(answer, PARTY), HERE)


def test_a_passkey_without_number_is_slowed_by_network_and_leaves_few_lines(door: Door) -> None:
    door.let_in("li", "supervisor")
    device = register(door)
    for _ in range(NETWORK_BUDGET):
        refuse(door, "x")
    before = len(door.read_log())

    with pytest.raises(Slowed):
        enter(door, device.sign(ask(door)))

    assert len(door.read_log()) == before


def test_a_new_passkey_is_taken_only_as_the_device_made_it(door: Door) -> None:
    token = door.let_in("li", "supervisor")
    signed_in = door.find(token)
    device = Authenticator(signed_in.account.account)

    def challenge(purpose: str = name_adding(signed_in)) -> bytes:
        return make_challenge(door.home, purpose)

    wrong = [
        device.make(challenge(SIGN_IN)),
        device.make(challenge(), origin="https://evil.example"),
        device.make(challenge(), crossOrigin=True),
        device.make(challenge(), flags=PRESENT | 0x40),
        device.make(challenge(), type="webauthn.get"),
        replace(device, party=Party("evil.example", PARTY.origin)).make(challenge()),
        replace(device, credential=b"").make(challenge()),
        device.sign(challenge()),
        "{}",
    ]
    for answer in wrong:
        with pytest.raises(Refused) as error:
            add_passkey(door.home, signed_in, read_new_key(answer, PARTY), "我的手机")
        assert str(error.value) == NOT_ADDED

    with door.home.desk.read() as desk:
        assert desk.list_passkeys(device.user) == []


def test_adding_again_changes_nothing_and_anothers_key_is_not_taken_over(door: Door) -> None:
    token = door.let_in("li", "supervisor")
    device = register(door, token=token)
    signed_in = door.find(token)
    answer = device.make(make_challenge(door.home, name_adding(signed_in)))
    add_passkey(door.home, signed_in, read_new_key(answer, PARTY), "别的名字")
    door.let_in("sun", "supervisor")

    with pytest.raises(Refused, match="passkey-not-added"):
        register(door, "sun")

    with door.home.desk.read() as desk:
        (kept,) = desk.list_passkeys(device.user)
    assert (kept.label, kept.account) == ("我的手机", device.user)
    assert door.list_events().count("passkey-added") == 1


@pytest.mark.parametrize(("label", "found"), [("", "0 个字"), ("长" * 21, "21 个字"), ("a\u202eb", "3 个字")])
def test_a_passkeys_name_is_short_and_can_be_seen(door: Door, label: str, found: str) -> None:
    token = door.let_in("li", "supervisor")
    signed_in = door.find(token)
    device = Authenticator(signed_in.account.account)
    answer = device.make(make_challenge(door.home, name_adding(signed_in)))

    with pytest.raises(Refused) as error:
        add_passkey(door.home, signed_in, read_new_key(answer, PARTY), label)

    assert str(error.value) == (
        f"名字：现为{found}，应为1 至 20 个看得见的字，如 我的手机。换一个名字，自己认得就行。（passkey-label）"
    )


def test_an_account_has_few_passkeys(door: Door) -> None:
    token = door.let_in("li", "supervisor")
    signed_in = door.find(token)

    def add(number: int) -> None:
        challenge = make_challenge(door.home, name_adding(signed_in))
        key = NewKey(challenge=challenge, credential=bytes([number]), public_key=b"x", sign_count=0)
        add_passkey(door.home, signed_in, key, "钥匙")

    for number in range(PASSKEYS_MAX):
        add(number)
    with pytest.raises(Refused) as error:
        add(PASSKEYS_MAX)

    assert str(error.value) == "通行密钥：现为已有 10 把，应为最多 10 把。先删掉不用的。（passkey-many）"


def test_removing_ends_what_was_opened_elsewhere_and_touches_only_ones_own(door: Door) -> None:
    token = door.let_in("li", "supervisor")
    device = register(door, token=token)
    other = register_other(door)
    elsewhere, _ = enter(door, device.sign(ask(door)))

    remove_passkey(door.home, door.find(token), other.credential)
    remove_passkey(door.home, door.find(token), device.credential)
    remove_passkey(door.home, door.find(token), device.credential)

    assert (door.is_in(token), door.is_in(elsewhere)) == (True, False)
    assert door.list_events().count("passkey-removed") == 1
    assert door.is_in(enter(door, other.sign(ask(door)))[0])


def test_a_key_that_was_removed_and_added_anew_in_between_opens_nothing(door: Door) -> None:
    token = door.let_in("li", "supervisor")
    device = register(door, token=token)
    assertion = read_assertion(device.sign(ask(door)), PARTY)
    assert assertion is not None
    verify = assertion.verify

    def change_meanwhile(public_key: bytes) -> int | None:
        with door.home.desk.write() as desk:
            (kept,) = desk.list_passkeys(device.user)
            desk.put_passkey(msgspec.structs.replace(kept, public_key=b"another"))
        return verify(public_key)

    with pytest.raises(Refused):
        sign_in_by_passkey(door.home, replace(assertion, verify=change_meanwhile), HERE)


def test_no_bent_answer_crashes_or_is_taken(door: Door) -> None:
    """Each byte of each part, bent: what a device did not say is not read as if it had."""
    device = Authenticator("a-aaaaaaaaaa")
    answer = json.loads(device.sign(b"\x01" * 56))
    made = json.loads(device.make(b"\x01" * 56))
    right = read_assertion(json.dumps(answer), PARTY)
    assert right is not None
    assert right.verify(device.public_key) == 1
    assert read_new_key(json.dumps(made), PARTY) is not None

    for name, value in answer["response"].items():
        for bent in bend(decode_bytes(value)):
            changed = answer | {"response": answer["response"] | {name: encode_bytes(bent)}}
            found = read_assertion(json.dumps(changed), PARTY)
            if found is not None and name != "userHandle":
                assert found.verify(device.public_key) is None
    for name, value in made["response"].items():
        for bent in bend(decode_bytes(value)):
            changed = made | {"response": made["response"] | {name: encode_bytes(bent)}}
            read_new_key(json.dumps(changed), PARTY)


def bend(data: bytes) -> list[bytes]:
    flipped = [
        data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :]
        for place in range(len(data))
        for bit in (1, 0x80)
    ]
    return [*flipped, *(data[:length] for length in range(len(data)))]


@pytest.mark.parametrize(
    ("address", "party"),
    [
        ("https://mb.example.cn", Party("mb.example.cn", "https://mb.example.cn")),
        ("https://mb.example.cn:8443", Party("mb.example.cn", "https://mb.example.cn:8443")),
        ("https://mb.example.cn:443", Party("mb.example.cn", "https://mb.example.cn")),
        ("http://127.0.0.1:8000", Party("localhost", "http://localhost:8000")),
        ("http://localhost:8000", Party("localhost", "http://localhost:8000")),
        ("http://mb.example.cn", None),
        ("https://192.0.2.7", None),
        ("https://village", None),
    ],
)
def test_for_whom_passkeys_are_is_in_the_settings_alone(address: str, party: Party | None) -> None:
    assert find_party(address) == party


@pytest.mark.parametrize("text", ["", "=", "a", "AA==", "AB", "Ä", "a b", "A" * 5])
def test_bytes_have_one_spelling(text: str) -> None:
    assert decode_bytes(text) == b"" or base64.urlsafe_b64decode(text) == decode_bytes(text)
