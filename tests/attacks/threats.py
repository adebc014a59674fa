"""Threats and findings of the security design that the desk answers, and the tests that attack it for each.

`tests.attacks.test_threats` holds this table against the tests: each that is named exists, and no row is empty. A row
whose subject is not built yet says so in `later`, and fails as soon as it is.
"""

from __future__ import annotations

from typing import NamedTuple


class Threat(NamedTuple):
    """One row: what is tried, and by which tests, each as file and name. `later` says what is not there yet."""

    tried: str
    tests: tuple[str, ...] = ()
    later: str = ""


ENTRIES, DOORS = "tests/attacks/test_entries.py", "tests/attacks/test_doors.py"
VILLAGES, PAYLOADS = "tests/attacks/test_villages.py", "tests/attacks/test_payloads.py"
HEADERS, LOGS = "tests/attacks/test_headers.py", "tests/attacks/test_logs.py"
MATRIX, PAGES = "tests/web/test_matrix.py", "tests/web/test_desk_pages.py"
CARDS = "tests/attacks/test_cards.py"
CELLS, POISON = "tests/service/test_export_cells.py", "tests/service/test_import_poison.py"
OUTSIDE, FUZZ = "tests/service/test_import_outside.py", "tests/fuzz/test_workbooks.py"
WORDS = "tests/naughty/test_workbooks.py"

THREATS: dict[str, Threat] = {
    "1": Threat(
        "a recorded entry is changed: every method on every address of an entry, SQL as the application's role",
        (
            f"{ENTRIES}::test_no_method_on_any_address_of_an_entry_changes_it",
            "tests/store/test_guards.py::test_the_ledger_refuses",
            "tests/store/test_postgresql_rights.py::test_nobody_of_ours_is_allowed",
            "tests/store/test_postgresql_rights.py::test_the_guards_refuse_what_the_rights_allow",
        ),
    ),
    "2": Threat(
        "the newest entry is deleted and the server started again; old receipts contradict it",
        ("tests/restore/test_loss.py::*", "tests/store/test_tampering.py::*"),
    ),
    "3": Threat(
        "entries are dated back or ahead, from -3,650 days to +365",
        (
            f"{ENTRIES}::test_a_date_is_today_or_a_day_of_the_books_before_it",
            f"{ENTRIES}::test_what_is_recorded_late_keeps_the_servers_time",
        ),
    ),
    "4": Threat(
        "a hundred identical posts at once; the same key with another body",
        (
            f"{ENTRIES}::test_a_hundred_identical_posts_hand_in_one_draft",
            f"{ENTRIES}::test_a_hundred_identical_posts_register_a_household_once",
            f"{ENTRIES}::test_a_hundred_identical_posts_pass_one_entry",
            f"{ENTRIES}::test_the_same_key_with_another_body_is_a_conflict",
            f"{ENTRIES}::test_what_was_not_handed_in_is_not_said_to_be",
        ),
    ),
    "5": Threat(
        "many write at one instant",
        ("tests/store/test_crowd.py::*", "tests/store/test_writers.py::test_writers_in_threads_take_turns"),
    ),
    "6": Threat(
        "one's own work is passed: by address, by a changed hidden field, by a second account of the same person",
        (
            f"{ENTRIES}::test_nobody_passes_what_they_prepared_themselves",
            f"{ENTRIES}::test_a_second_account_of_the_same_person_passes_nothing",
            "tests/service/test_passing.py::test_the_database_itself_takes_no_approval_by_the_maker",
            "tests/desk/test_sessions.py::test_a_browser_that_two_people_share_is_logged_once",
        ),
    ),
    "7": Threat(
        "a draft is changed, returned, taken back or put right between showing and passing",
        (
            f"{ENTRIES}::test_what_is_no_more_what_was_shown_is_not_passed",
            "tests/service/test_passing.py::test_what_was_shown_is_what_is_passed",
            "tests/web/test_seen.py::*",
        ),
    ),
    "8": Threat(
        "whoever passes or prepares belongs to the household: every role",
        (
            f"{ENTRIES}::test_nobody_alone_passes_what_their_own_household_gets",
            f"{ENTRIES}::test_a_clerk_whose_own_household_it_is_needs_two_others",
            "tests/web/test_own_marks.py::*",
        ),
    ),
    "23": Threat("the clock jumps", ("tests/witness/test_clock.py::*", "tests/service/test_record.py::*")),
    "24": Threat(
        "an answer is lost, doubled or comes late: the same request again has the same effect and the same answer",
        (
            f"{ENTRIES}::test_a_hundred_identical_posts_pass_one_entry",
            "tests/store/test_postgresql_kills.py::*",
            "tests/witness/test_outbound.py::*",
        ),
    ),
    "25": Threat(
        "poisoned workbooks and separated values: by hand and by mutation, within limits of time and memory",
        (
            f"{POISON}::test_the_verdict_is_as_expected",
            f"{POISON}::test_the_corpus_has_more_files_than_were_promised",
            f"{FUZZ}::test_a_spoilt_workbook_is_told_in_faults",
            f"{FUZZ}::test_ten_times_as_many_workbooks",
            f"{OUTSIDE}::*",
            f"{WORDS}::test_a_text_in_any_column_is_taken_or_refused_in_words",
            "tests/books/test_screening.py::test_a_text_that_is_far_too_long_costs_as_much_as_it_is_long",
        ),
    ),
    "26": Threat(
        "an export starts a formula",
        (f"{WORDS}::test_no_text_that_leaves_starts_a_formula", f"{CELLS}::test_text_in_a_workbook_is_text"),
    ),
    "34": Threat(
        "another site's forms, planted cookies, effects of GET, other kinds of bodies",
        (
            f"{DOORS}::test_no_form_of_a_stranger_does_anything_at_any_address",
            f"{DOORS}::test_no_other_kind_of_body_is_taken_for_a_form",
            f"{DOORS}::test_a_planted_cookie_and_its_own_token_act_for_nobody",
            f"{DOORS}::test_no_page_that_is_looked_at_changes_a_row",
        ),
    ),
    "35": Threat(
        "a session is chosen for somebody, stolen, or used after its end",
        (
            f"{DOORS}::test_a_session_that_somebody_else_chose_is_never_taken_over",
            f"{DOORS}::test_a_stolen_cookie_opens_nothing_after",
        ),
    ),
    "36": Threat(
        "a thousand guesses from as many addresses; which names there are; readers are served meanwhile",
        (
            f"{DOORS}::test_a_thousand_guesses_are_slowed_whatever_address_they_claim",
            f"{DOORS}::test_a_thousand_names_from_one_network_cost_sixty_hashes",
            f"{DOORS}::test_nobody_learns_which_names_there_are",
            "tests/desk/test_sign_in.py::test_an_unknown_name_takes_as_long_as_a_wrong_password",
        ),
    ),
    "37": Threat(
        "another village's ids at every route and in every form",
        (
            f"{VILLAGES}::test_everything_that_a_path_can_name_is_tried",
            f"{VILLAGES}::test_what_is_another_villages_is_not_there",
            f"{VILLAGES}::test_another_villages_draft_in_a_form_is_as_unknown_as_an_invented_one",
            f"{MATRIX}::test_another_villages_draft_is_as_if_it_were_not_there",
            "tests/store/test_postgresql_rights.py::test_without_its_village_a_transaction_sees_nothing",
        ),
    ),
    "38": Threat(
        "every route by every role, unknown fields, routes that say nothing of who may",
        (
            f"{DOORS}::test_the_started_server_lets_everybody_in_where_the_table_says_so",
            f"{MATRIX}::test_everybody_is_let_in_where_the_table_says_so_and_nowhere_else",
            f"{MATRIX}::test_what_is_not_public_says_what_it_takes",
            f"{PAYLOADS}::test_no_body_fails_at_any_form",
            "tests/web/test_people_pages.py::test_an_operator_chooses_the_village_and_gives_nobody_anything",
            "tests/desk/test_duties.py::test_the_machine_gives_roles_until_somebody_of_the_village_has_come_in_who_does",
        ),
    ),
    "39": Threat(
        "codes of households are guessed, from one network and from many; a village shares an address with who does",
        (
            f"{CARDS}::test_a_thousand_guesses_of_a_thousand_networks_open_nothing_and_are_told",
            f"{CARDS}::test_a_hundred_thousand_guesses_find_nothing_and_are_told_once_an_hour",
            f"{CARDS}::test_behind_an_address_that_many_share_a_right_card_opens_beside_the_wrong_ones",
            f"{CARDS}::test_whatever_opens_nothing_costs_the_same_work_and_is_answered_alike",
            f"{CARDS}::test_whatever_opens_nothing_takes_the_same_time",
        ),
    ),
    "47": Threat(
        "a sign-in leads to another site",
        (
            f"{DOORS}::test_a_sign_in_leads_nowhere_else",
            f"{DOORS}::test_every_address_that_is_redirected_stays_here",
        ),
    ),
    "48": Threat(
        "what is typed breaks a line of a log, or enters one",
        (
            f"{LOGS}::test_nothing_that_is_typed_enters_a_log_or_breaks_a_line",
            f"{LOGS}::test_nothing_in_an_address_enters_a_log",
            "tests/desk/test_desk_log.py::test_nothing_typed_enters_a_line_or_breaks_one",
        ),
    ),
    "F5": Threat(
        "a chosen session id; cookies on public pages",
        (
            f"{DOORS}::test_a_session_that_somebody_else_chose_is_never_taken_over",
            f"{HEADERS}::test_every_way_of_everybody",
        ),
    ),
    "F6": Threat(
        "a form's token that is not of the session",
        (
            f"{DOORS}::test_a_planted_cookie_and_its_own_token_act_for_nobody",
            f"{MATRIX}::test_a_form_without_the_token_of_its_session_changes_nothing",
        ),
    ),
    "F7": Threat(
        "headers of proxies are forged",
        (
            f"{DOORS}::test_a_thousand_guesses_are_slowed_whatever_address_they_claim",
            f"{DOORS}::test_a_forged_host_is_nowhere_in_an_answer",
            "tests/web/test_desk_proxy.py::test_what_the_guesser_writes_before_the_last_hop_changes_nothing",
        ),
    ),
    "F8": Threat("two hosts, or none", (f"{DOORS}::test_a_request_with_two_hosts_or_none_is_refused",)),
    "F9": Threat(
        "JSON 200,000 deep, doubled keys, unknown fields, names of files",
        (
            f"{PAYLOADS}::test_no_body_fails_at_any_form",
            f"{PAYLOADS}::test_a_files_name_is_never_a_path_and_always_text",
            f"{PAYLOADS}::test_what_is_no_request_is_refused_with_the_headers",
        ),
    ),
    "F12": Threat("texts become formulas", (f"{WORDS}::test_no_text_that_leaves_starts_a_formula",)),
    "F13": Threat(
        "small workbooks that cost much",
        (
            f"{POISON}::test_the_verdict_is_as_expected",
            f"{FUZZ}::test_ten_times_as_many_workbooks",
            f"{OUTSIDE}::*",
        ),
    ),
    "F14": Threat("hashes of personal data are guessed", ("tests/log/test_commitments.py::*",)),
    "F15": Threat("an audit of packages that audited nothing", ("tests/house/test_versions.py::*",)),
    "F16": Threat(
        "an entry that is durable and was not answered",
        (f"{ENTRIES}::test_a_hundred_identical_posts_pass_one_entry",),
    ),
    "F17": Threat("members of an archive overlap", ("tests/service/test_import_files.py::*",)),
}
