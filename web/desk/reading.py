"""The one way from the vault's private values to a page: whatever is shown unmasked is logged before it is shown.

No other module of the web but `reading_points` and `reading_grids` may open a draft's texts, a sent workbook,
households, members, originals of documents or private values; a test holds them to it. One fact is logged for a page,
which names everybody whom the page shows; what is masked is not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ledger.books.masks import HIDDEN, PurposeRow, View
from ledger.data import load_masks
from ledger.errors import NotFound
from ledger.service.about import About, describe_subject, find_known
from ledger.service.agreements import Signer
from ledger.service.belonging import list_draft_subjects
from ledger.service.choices import HOUSEHOLD_COLUMN, MEMBER_COLUMN, Choices, complete, list_choices
from ledger.service.documents import (
    Kept,
    list_document_subjects,
    open_recorded,
    open_waiting,
    read_documents,
)
from ledger.service.handing_in import Looked, Sent, look_again, look_at
from ledger.service.jury import Jury, open_jury
from ledger.service.laid_sheets import lay_sheet
from ledger.service.objections import read_wording
from ledger.service.persons import name_household
from ledger.service.readings import DUTY, choose_view, log_reading, say_purpose
from ledger.service.reporting import read_told
from ledger.service.searching import has_words
from ledger.service.showing import Shown, show_drafts
from ledger.service.unsent import Tables
from ledger.service.workbooks.columns import WorkbookKind
from ledger.service.workbooks.typed import TypedTables
from ledger.state.private import find_subject
from ledger.vaults import Draft, Household
from ledger.vaults import Person as ActingPerson
from web.desk.routing import Desk
from web.i18n import _

NUMBER = "household-number"
"""The field of the table of masks for a household's number in the village's list."""
ORIGINAL = "original"
"""The field of the table of masks for the file behind a public copy, and the word for its download in the log."""


@dataclass(frozen=True)
class Asked:
    """What somebody is asked before they see everything. `purposes` are empty where nothing is asked."""

    purposes: tuple[PurposeRow, ...]

    def __bool__(self) -> bool:
        return bool(self.purposes)


@dataclass(frozen=True)
class Person:
    """A household or member in a list, as whoever looks sees it. `place` is its group or branch, in words."""

    is_member: bool
    name: str
    number: str
    place: str
    subject: str


@dataclass(frozen=True)
class AskForm:
    """Why somebody wants to see everything: a purpose of the table of masks."""

    purpose: str = ""


def read_draft(desk: Desk, draft: Draft) -> tuple[Shown, Asked]:
    """Return a draft as whoever looks may see it, and what they are asked before they see all of it."""
    subjects = list_draft_subjects(desk.ports, draft)

    def open_(view: View) -> Shown:
        (shown,) = show_drafts(desk.ports, desk.village, (draft.id,), view)
        return shown

    return _read(desk, subjects, f"draft:{draft.id}", open_)


def show_plain(desk: Desk, drafts: Sequence[Draft], most: int) -> dict[str, Shown]:
    """Return whole, by their names, the first `most` of those drafts that are about nobody, so that nobody was read
    about: what is about somebody is opened one by one.
    """
    plain = tuple(draft.id for draft in drafts if not list_draft_subjects(desk.ports, draft))
    view = load_masks().find_view(desk.roles)
    return {shown.id: shown for shown in show_drafts(desk.ports, desk.village, plain[:most], view)}


def show_party(desk: Desk, party: str) -> str:
    """Return the other side of a line of a bank's statement that somebody brought, as their duties let them see it.

    Nothing of it is kept, so nobody was read about.
    """
    return load_masks().find_view(desk.roles).show("bank-party", party)


def say_of_draft(desk: Desk, draft: Draft, purpose: str) -> None:
    """Remember why whoever looks wants to see all of a draft, and the originals that it attaches. Raises Refused for a
    reason that is not theirs.
    """
    documents = list_document_subjects(desk.ports, desk.village, draft)
    say_purpose(desk.ports, desk.who, list_draft_subjects(desk.ports, draft) | documents, purpose)


def ask_of_originals(desk: Desk, of: Draft | int) -> Asked:
    """Return what whoever looks is asked before they take out the originals of a draft, or of an entry by its index."""
    subjects = list_document_subjects(desk.ports, desk.village, of)
    view, _purpose = choose_view(desk.ports, desk.who, subjects, ORIGINAL)
    if not subjects or view.is_whole(ORIGINAL):
        return Asked(())
    return Asked(tuple(load_masks().list_purposes(desk.roles)))


def say_of_originals(desk: Desk, entry: int, purpose: str) -> None:
    """Remember why whoever looks wants to take out the originals of an entry. Raises Refused as `say_purpose`."""
    subjects = list_document_subjects(desk.ports, desk.village, entry)
    say_purpose(desk.ports, desk.who, subjects, purpose)


def read_original(desk: Desk, of: Draft | int, position: int) -> tuple[str, Kept] | None:
    """Return pseudonym and content of what a draft attaches, or the entry of an index, by its position from 0; None
    for whoever still has to say why they want it. NotFound where there is none, or it was erased.
    """
    if isinstance(of, Draft):
        pseudonym, kept = open_waiting(desk.ports, of, position)
    else:
        pseudonym, kept = open_recorded(desk.ports, desk.village, of, position)
    view, purpose = choose_view(desk.ports, desk.who, {pseudonym}, ORIGINAL)
    if not view.is_whole(ORIGINAL):
        return None
    place = f"{ORIGINAL}:{of.id if isinstance(of, Draft) else of}"
    log_read(desk, frozenset({pseudonym}), place, purpose)
    return pseudonym, kept


def open_public_page(desk: Desk, draft: Draft, digest: str) -> bytes | None:
    """Return a page of what a draft attaches as it will be public, by its digest; None where it has no such page. What
    is public is no reading.
    """
    body = read_documents(draft)
    for position, document in enumerate(body.documents if body is not None else ()):
        if digest in document.pages:
            _pseudonym, kept = open_waiting(desk.ports, draft, position)
            return kept.pages[document.pages.index(digest)]
    return None


def read_objection(desk: Desk, item: str, digest: str) -> tuple[str, str, Asked]:
    """Return what an objection says and how its writer can be reached, as whoever looks may see it, and what they are
    asked before; both empty where it was erased. `digest` is of its sealed wording, `item` its pseudonym.
    """
    view, purpose = choose_view(desk.ports, desk.who, {item}, "objection")
    said = read_wording(desk.ports, desk.village, digest, item)
    if said is None:
        return "", "", Asked(())
    if not purpose:
        asked = Asked(tuple(load_masks().list_purposes(desk.roles)))
        return view.show("objection", said.wording), HIDDEN, asked
    if view.is_whole("objection"):
        log_read(desk, frozenset({item}), f"objection:{item}", purpose)
    contact = view.show("objector-contact", said.contact) if said.contact else ""
    return view.show("objection", said.wording), contact, Asked(())


@dataclass(frozen=True)
class ReportShown:
    """What a report says, as whoever looks may see it. `household` is its number, empty where none is known; `photos`
    is how many there are.
    """

    contact: str
    household: str
    photos: int
    place: str
    wording: str


def read_report(desk: Desk, item: str) -> tuple[ReportShown | None, Asked]:
    """Return what a report says, and what whoever looks is asked before they see it; None while they are, and where it
    was erased.
    """
    told = read_told(desk.ports, desk.village, item)
    if told is None:
        return None, Asked(())
    subject = told.household or item
    view, purpose = choose_view(desk.ports, desk.who, {subject}, "evidence")
    if not purpose or not view.is_whole("evidence"):
        return None, Asked(tuple(load_masks().list_purposes(desk.roles)))
    log_read(desk, frozenset({subject}), f"report:{item}", purpose)
    number = name_household(desk.ports, desk.village, told.household) if told.household else ""
    contact = " ".join(f"{told.name} {told.contact}".split())
    return ReportShown(
        contact=contact,
        household=view.show(NUMBER, number) if number else "",
        photos=len(told.photos),
        place=told.place,
        wording=told.wording,
    ), Asked(())


def count_shown_photos(desk: Desk, item: str) -> int:
    """Return how many photos of a report whoever looks may see beside the draft that would make it a case: that page
    shows its words, and logged that. None while they are asked why they look, and where it was erased.
    """
    told = read_told(desk.ports, desk.village, item)
    if told is None:
        return 0
    view, purpose = choose_view(desk.ports, desk.who, {told.household or item}, "evidence")
    return len(told.photos) if purpose and view.is_whole("evidence") else 0


def read_report_photo(desk: Desk, item: str, position: int) -> bytes:
    """Return a photo of a report by its position from 0, for whom a page showed the report and logged that. NotFound
    where there is none, or it was erased.
    """
    told = read_told(desk.ports, desk.village, item)
    if told is None or position >= len(told.photos):
        raise NotFound(_("照片"))
    return told.photos[position]


def say_of_report(desk: Desk, item: str, purpose: str) -> None:
    """Remember why whoever looks wants to see what was reported. Raises Refused as `say_purpose`."""
    told = read_told(desk.ports, desk.village, item)
    say_purpose(desk.ports, desk.who, ((told.household if told is not None else "") or item,), purpose)


def say_of_objection(desk: Desk, item: str, purpose: str) -> None:
    """Remember why whoever looks wants to see what an objection says. Raises Refused as `say_purpose`."""
    say_purpose(desk.ports, desk.who, (item,), purpose)


def find_objection_subject(desk: Desk, digest: str) -> str:
    """Return the pseudonym of a registered objection by the digest of its wording; empty where it was erased. Nothing
    of it is shown, so nothing is logged.
    """
    said = read_wording(desk.ports, desk.village, digest)
    return said.objection if said is not None else ""


def read_person(desk: Desk, village: str, person: ActingPerson) -> tuple[str, Asked]:
    """Log that somebody looks at which duties, household and relatives a person of the village has, and return the
    number of that household as they see it, empty for none, with what they are asked before they see all of it.

    About the person nobody is asked why: who acts for the village is no secret of theirs. Of a household whose number
    is shown whole it is a reading too.
    """
    number = name_household(desk.ports, village, person.household)
    view, purpose = choose_view(desk.ports, desk.who, {person.household}, NUMBER)
    is_whole = bool(number) and view.is_whole(NUMBER)
    subjects = {person.user, person.household} if is_whole else {person.user}
    log_read(desk, frozenset(subjects), "person", purpose or DUTY, village)
    asks = bool(number) and not is_whole and load_masks().must_ask(desk.roles, NUMBER)
    asked = tuple(load_masks().list_purposes(desk.roles)) if asks else ()
    return view.show(NUMBER, number) if number else "", Asked(asked)


def may_see_household(desk: Desk, household: str) -> bool:
    """Whether somebody sees the number of a household as it is, as they must to change it; of none there is nothing to
    see.
    """
    return not household or choose_view(desk.ports, desk.who, {household}, NUMBER)[0].is_whole(NUMBER)


def read_sent(desk: Desk, sent: Sent | None = None) -> Looked:
    """Return what a file would become, the one that is kept where none is given; NotFound where none is kept.

    It is the sender's own file; it is logged all the same for everybody in it whom the vault knows.
    """
    if sent is None:
        looked = look_again(desk.ports, desk.village, desk.user)
    else:
        looked = look_at(desk.ports, desk.village, desk.user, sent)
    drafts = looked.imported.drafts
    named = {find_subject(text) for draft in drafts for text in draft.private}
    named -= {None}
    if named:
        vault = desk.ports.vault
        known = {item.household for item in vault.list_households(desk.village)}
        known |= {item.member for item in vault.list_members(desk.village)}
        log_read(desk, frozenset(known & named), "import", get_view(desk, frozenset(known & named))[1])
    return looked


def lay_current(desk: Desk, sheet: str) -> Tables:
    """Return what a sheet begins with; empty where it begins empty. Shown with `read_choices`, which logs it."""
    return lay_sheet(desk.ports, desk.village, sheet)


def read_choices(desk: Desk, kind: WorkbookKind, answered: Sequence[Draft], tables: TypedTables) -> Choices:
    """Return what the columns of a sheet that is typed may be chosen from. It is logged for every villager whose
    name is among them or stands on the list of members, and for everybody of whom the returned drafts speak that the
    sheet puts right.
    """
    choices = list_choices(desk.ports, desk.village, kind)
    shown = {subject for draft in answered for subject in list_draft_subjects(desk.ports, draft)}
    if HOUSEHOLD_COLUMN in choices:
        shown |= {item.household for item in desk.ports.vault.list_households(desk.village)}
    if MEMBER_COLUMN in choices:
        shown |= {item.member for item in desk.ports.vault.list_members(desk.village)}
    elif kind == "members":
        typed = {cell for rows in tables.values() for row in rows for cell in row}
        shown |= {item.member for item in desk.ports.vault.list_members(desk.village) if item.number in typed}
    log_read(desk, frozenset(shown), "sheet", DUTY)
    return choices


def find_jury(desk: Desk, period: str) -> Jury | None:
    """Return what a month's round is about, None without rules. Whoever shows households of it calls `log_scored`."""
    return open_jury(desk.ports, desk.village, period)


def log_scored(desk: Desk, households: Sequence[Household]) -> None:
    """Log that the grid of a round showed these households."""
    log_read(desk, frozenset(item.household for item in households), "sheet", DUTY)


def complete_tables(desk: Desk, kind: WorkbookKind, tables: TypedTables) -> TypedTables:
    """Return typed rows with names beside their codes, and codes beside their names. Whatever shows them logs it."""
    choices = list_choices(desk.ports, desk.village, kind)
    return {
        name: tuple(complete(kind, name, tuple(row), choices) for row in rows)
        for name, rows in tables.items()
    }


def read_people(desk: Desk, start: int, count: int) -> tuple[tuple[Person, ...], int]:
    """Return some of the village's households and members from a place in their order on, and how many there are.

    Here nobody is asked why: whoever would have to say so sees masks, and opens one after another.
    """
    households = desk.ports.vault.list_households(desk.village)
    members = desk.ports.vault.list_members(desk.village)
    view = load_masks().find_view(desk.roles)
    found = [
        *(
            Person(
                is_member=False,
                name=view.show("head-name", item.name),
                number=view.show("household-number", item.number),
                place=_("第 {group} 村民小组").format(group=item.group),
                subject=item.household,
            )
            for item in households
        ),
        *(
            Person(
                is_member=True,
                name=view.show("member-name", item.name),
                number=view.show("member-number", item.number),
                place=_("党员"),
                subject=item.member,
            )
            for item in members
        ),
    ]
    shown = found[start : start + count]
    if view.is_whole("head-name") or view.is_whole("household-number"):
        log_read(desk, frozenset(person.subject for person in shown), "households", DUTY)
    return tuple(shown), len(found)


def may_search_people(desk: Desk) -> bool:
    """Say whether somebody may look for people by name: those who see names whole without saying why. Whoever has to
    say why would learn from the answer alone that there is somebody of a name.
    """
    view = load_masks().find_view(desk.roles)
    return view.is_whole("head-name") and view.is_whole("member-name")


def search_people(desk: Desk, words: Sequence[str], most: int) -> tuple[Person, ...]:
    """Return at most so many households and members whose name or number holds every word, folded; nobody for whom
    `may_search_people` says no.
    """
    if not may_search_people(desk):
        return ()
    vault = desk.ports.vault
    found = [
        *(
            Person(
                False,
                item.name,
                item.number,
                _("第 {group} 村民小组").format(group=item.group),
                item.household,
            )
            for item in vault.list_households(desk.village)
            if has_words([item.name, item.number], words)
        ),
        *(
            Person(True, item.name, item.number, _("党员"), item.member)
            for item in vault.list_members(desk.village)
            if has_words([item.name, item.number], words)
        ),
    ][:most]
    log_read(desk, frozenset(person.subject for person in found), "search", DUTY)
    return tuple(found)


def read_about(desk: Desk, subject: str, *, place: str) -> tuple[About, Asked]:
    """Return what is kept about a household or member as whoever looks may see it, and what they are asked before they
    see all of it; NotFound where there is none. `place` is a word for the page.
    """
    view, purpose = get_view(desk, frozenset({subject}))
    about = describe_subject(desk.ports, desk.village, subject, view)
    if not purpose:
        return about, Asked(tuple(load_masks().list_purposes(desk.roles)))
    log_read(desk, frozenset({subject}), place, purpose)
    return about, Asked(())


def read_head(desk: Desk, subject: str) -> tuple[Signer, Asked]:
    """Return whose agreement is printed, as whoever prints sees it, and what they are asked before they see all of it;
    NotFound for whoever is no household.
    """
    known = find_known(desk.ports, desk.village, subject)
    if not isinstance(known, Household):
        raise NotFound(_("这一户"))
    view, purpose = get_view(desk, frozenset({subject}))
    if not purpose:
        return Signer(), Asked(tuple(load_masks().list_purposes(desk.roles)))
    log_read(desk, frozenset({subject}), "agreement", purpose)
    name, number = view.show("head-name", known.name), view.show(NUMBER, known.number)
    return Signer(group=known.group, name=name, number=number), Asked(())


def check_known(desk: Desk, subject: str) -> None:
    """NotFound for whoever is no household or member of the village. Nothing of them is shown, so nothing is logged."""
    find_known(desk.ports, desk.village, subject)


def say_of_subject(desk: Desk, subject: str, purpose: str) -> None:
    """Remember why whoever looks wants to see all about one. NotFound for nobody, Refused as `say_purpose`."""
    find_known(desk.ports, desk.village, subject)
    say_purpose(desk.ports, desk.who, (subject,), purpose)


def get_view(desk: Desk, subjects: frozenset[str]) -> tuple[View, str]:
    """Return what whoever looks sees of some, and why they read; empty while they still have to say."""
    return choose_view(desk.ports, desk.who, subjects)


def _read(
    desk: Desk, subjects: frozenset[str], place: str, open_: Callable[[View], Shown]
) -> tuple[Shown, Asked]:
    view, purpose = get_view(desk, subjects)
    if not subjects or purpose:
        shown = open_(view)
        log_read(desk, subjects, place, purpose)
        return shown, Asked(())
    return open_(view), Asked(tuple(load_masks().list_purposes(desk.roles)))


def log_read(desk: Desk, subjects: frozenset[str], place: str, purpose: str, village: str = "") -> None:
    """Log whom a page shows, before it shows them."""
    log_reading(desk.ports, desk.who, subjects, place=place, purpose=purpose, village=village)
