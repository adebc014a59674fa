"""The web application: a list of pages and settings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import msgspec
from litestar import Litestar
from litestar.datastructures import State
from litestar.openapi.config import OpenAPIConfig
from litestar.types import ASGIApp

from ledger.ports import Ports, Renderer
from ledger.service.standing import Standing
from ledger.shapes import prepare_shapes
from web.audit import balances, bundle, check, checkpoints, concerns, entries, export, landing
from web.audit.runs import AuditRuns
from web.cache import PageBytes, build_page_bytes
from web.config import REQUEST_MAX_BYTES
from web.desk import (
    account,
    accounts,
    annexes,
    assessment_room,
    asset_vouchers,
    ballot_room,
    bank,
    begun,
    books,
    calendar,
    cards,
    consents,
    conversion,
    documents,
    drafts,
    eligibility,
    grid_room,
    home,
    honour_room,
    households,
    imports,
    jury_room,
    log,
    marking,
    months,
    objection_room,
    one_objection,
    originals,
    passkeys,
    people,
    person,
    report_room,
    resets,
    rewards,
    rule_room,
    scheme_room,
    search,
    set_up,
    sign_in,
    star_room,
    visit_room,
    vouchers,
    write,
    year_end,
)
from web.desk.sheet_runs import SheetRuns
from web.errors import EXCEPTION_HANDLERS
from web.papers import Papers
from web.public.assessments import show_assessments
from web.public.asset_page import show_asset_of
from web.public.assets import show_assets, show_labels
from web.public.ballots import show_ballot, show_ballots
from web.public.board import show_board
from web.public.cases import show_case, show_cases
from web.public.check import show_check
from web.public.concerns import show_concerns
from web.public.contracts import show_contract, show_contracts
from web.public.debts import show_debts, show_debts_file
from web.public.documents import show_document
from web.public.earlier import show_earlier
from web.public.entry import show_entries, show_entry
from web.public.funds import show_fund, show_funds
from web.public.gate import Gates
from web.public.grids import show_grid, show_grids
from web.public.honours import show_certificate, show_honours
from web.public.household import show_asking, take_card, take_proof
from web.public.log import (
    show_checkpoint,
    show_handover,
    show_health,
    show_key,
    show_policy,
    show_texts,
    show_tile,
    show_witnessed,
)
from web.public.meetings import show_meeting, show_meetings
from web.public.objecting import show_look_up, show_objecting, take_look_up, take_objection
from web.public.objections import show_objections
from web.public.reporting import show_report_look_up, show_reporting, take_report, take_report_look_up
from web.public.resources import show_resource, show_resources
from web.public.rules import show_rules, show_rules_of
from web.public.schemes import show_schemes
from web.public.sheets import show_finance, show_points, show_scores, show_sheet, show_sheets
from web.public.shop import show_shop
from web.public.stars import show_star, show_stars
from web.public.statements import show_statements
from web.public.villages import show_villages
from web.public.volunteering import show_volunteering
from web.public.voting import show_voting, take_choices, take_code, take_vote
from web.public.years import show_year
from web.respond import AnyRequest, respond
from web.routing import route_page
from web.security import add_security_headers
from web.site import JSON, Settings, Site
from web.static_files import show_asset
from web.township import areas, download
from web.township import landing as township

ROUTES = (
    show_villages,
    show_board,
    show_sheets,
    show_sheet,
    show_finance,
    show_points,
    show_scores,
    show_rules,
    show_rules_of,
    show_statements,
    show_year,
    show_entries,
    show_entry,
    show_contracts,
    show_contract,
    show_debts,
    show_debts_file,
    show_assets,
    show_asset_of,
    show_labels,
    show_resources,
    show_resource,
    show_meetings,
    show_meeting,
    show_funds,
    show_fund,
    show_shop,
    show_volunteering,
    show_stars,
    show_star,
    show_cases,
    show_case,
    show_honours,
    show_certificate,
    show_grids,
    show_grid,
    show_assessments,
    show_schemes,
    show_ballots,
    show_ballot,
    show_voting,
    take_code,
    take_choices,
    take_vote,
    show_concerns,
    show_objections,
    show_objecting,
    take_objection,
    show_look_up,
    take_look_up,
    show_reporting,
    take_report,
    show_report_look_up,
    take_report_look_up,
    show_asking,
    take_card,
    take_proof,
    show_check,
    show_checkpoint,
    show_witnessed,
    show_handover,
    show_tile,
    show_key,
    show_policy,
    show_texts,
    show_document,
    show_earlier,
    show_health,
    show_asset,
)

DESK_ROUTES = (
    *home.ROUTES,
    *drafts.ROUTES,
    *cards.ROUTES,
    *consents.ROUTES,
    *households.ROUTES,
    *bank.ROUTES,
    *imports.ROUTES,
    *asset_vouchers.ROUTES,
    *documents.ROUTES,
    *marking.ROUTES,
    *originals.ROUTES,
    *months.ROUTES,
    *annexes.ROUTES,
    *year_end.ROUTES,
    *conversion.ROUTES,
    *rewards.ROUTES,
    *calendar.ROUTES,
    *assessment_room.ROUTES,
    *eligibility.ROUTES,
    *grid_room.ROUTES,
    *visit_room.ROUTES,
    *honour_room.ROUTES,
    *star_room.ROUTES,
    *ballot_room.ROUTES,
    *jury_room.ROUTES,
    *objection_room.ROUTES,
    *one_objection.ROUTES,
    *report_room.ROUTES,
    *begun.ROUTES,
    *write.ROUTES,
    *vouchers.ROUTES,
    *search.ROUTES,
    *books.ROUTES,
    *sign_in.ROUTES,
    *set_up.ROUTES,
    *account.ROUTES,
    *passkeys.ROUTES,
    *people.ROUTES,
    *person.ROUTES,
    *resets.ROUTES,
    *rule_room.ROUTES,
    *scheme_room.ROUTES,
    *accounts.ROUTES,
    *log.ROUTES,
)

AUDIT_ROUTES = (
    *landing.ROUTES,
    *entries.ROUTES,
    *checkpoints.ROUTES,
    *balances.ROUTES,
    *concerns.ROUTES,
    *check.ROUTES,
    *bundle.ROUTES,
    *export.ROUTES,
)

TOWNSHIP_ROUTES = (
    *township.ROUTES,
    *areas.ROUTES,
    *download.ROUTES,
)


def create_app(
    ports: Ports,
    settings: Settings,
    halted: Mapping[str, Standing] | None = None,
    *,
    renderer: Renderer | None = None,
) -> Litestar:
    """Return the application over a home. It configures no logger; only the routes of the desk, of the auditor's
    and of the township's room know cookies and sessions.

    `halted`: see `web.site.Site`. `renderer` lays sheets out; without one children of this process do.
    """
    prepare_shapes()
    return Litestar(
        route_handlers=[*ROUTES, *DESK_ROUTES, *AUDIT_ROUTES, *TOWNSHIP_ROUTES, show_schema],
        before_send=[add_security_headers],
        debug=False,
        exception_handlers=EXCEPTION_HANDLERS,  # type: ignore[arg-type]  # Each handler takes its own exception.
        logging_config=None,
        openapi_config=None,
        request_max_body_size=REQUEST_MAX_BYTES,
        state=State(
            {
                "audits": AuditRuns(),
                "gates": Gates(),
                "papers": Papers(renderer),
                "sheets": SheetRuns(settings.public_base_url, renderer),
                "site": Site(ports, settings, halted),
            }
        ),
    )


@route_page("/schema/openapi.json", media_type=JSON, summary="The addresses, as OpenAPI")
def show_schema(request: AnyRequest) -> ASGIApp:
    """Answer with the schema."""
    return respond(request, build_schema())


@cache
def build_schema() -> PageBytes:
    """Return the schema of the public routes, from an application that is never served: the framework's own pages for
    it load code from elsewhere.
    """
    config = OpenAPIConfig(title="Mingbai 明白账", version="1")
    schema = Litestar(route_handlers=ROUTES, logging_config=None, openapi_config=config).openapi_schema
    return build_page_bytes(msgspec.json.encode(schema.to_schema()), JSON)
