"""What the city is asked through each gateway, in this order: queries over all plugins, refusals, mutations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Question:
    """``by``: a seeded person, whose token goes along; None is nobody."""

    about: str
    query: str
    variables: dict[str, Any] = field(default_factory=dict)
    by: str | None = None


BEN_THANH = {"lat": 10.7725, "lng": 106.6980}
DRAFT = {
    "kind": "INCIDENT",
    "category": "TRAT_TU_DO_THI",
    "title": "Lấn chiếm vỉa hè",
    "body": "Trước cổng chợ.",
    "location": {"point": BEN_THANH},
}
WARD = "fragment Ward on Ward { fullName agency { name ward { code } } }"
CHOSEN = """query Chosen($withWard: Boolean!, $bare: Boolean!, $first: Int = 2) {
  reports(first: $first) { nodes { code ward @include(if: $withWard) { fullName } agency @skip(if: $bare) { name } } }
  layers @include(if: $withWard) { __typename }
}"""
SUBMIT = """mutation Submit($input: SubmitReportInput!) {
  submitReport(input: $input) {
    node { title state isMine ward { ...Ward } agency { name } }
    userErrors { code field message }
  }
}
"""

ONE_WARD = """query($code: String!) {
  ward(code: $code) { id fullName agency { key } reports(first: 2) { nodes { title } } }
}"""
# How many are unread then depends on how fast the listener that notifies is, so that is not asked.
SECOND = """mutation {
  submitReport(input: {kind: INCIDENT, category: "TRAT_TU_DO_THI", title: "Hai", body: "Hai.",
    location: {point: {lat: 10.7725, lng: 106.698}}}) { node { title } }
  markRead(input: {all: true}) { userErrors { code } }
}"""
GUARDED = "inbox { totalCount } count: unreadCount myIdentity { level }"

QUESTIONS = (
    Question("one subgraph", "{ reportCategories { code __typename } identityLevels { __typename } }"),
    Question(
        "entities of two plugins below one of a third",
        "{ reports(first: 6) { nodes { code title agency { name ward { fullName } } ward { ...Ward } } } }" + WARD,
    ),
    Question("an entity that several plugins add to", ONE_WARD, {"code": "26743"}),
    Question(
        "there and back",
        '{ agency(key: "SXD") { name reports(first: 3) { nodes { agency { key parent { name } } } } } }',
    ),
    Question(
        "aliases of one field with two arguments",
        '{ a: agency(key: "SXD") { n: name } b: agency(key: "STC") { n: name reports(first: 1) { totalCount } } }',
    ),
    Question("conditions that hold", CHOSEN, {"withWard": True, "bare": False}),
    Question("conditions that do not hold", CHOSEN, {"withWard": False, "bare": True, "first": 1}),
    Question(
        "an inline fragment and an input object",
        "query($at: LatLngInput!) { wardAt(point: $at) { __typename ... on WardAt { ward { ...Ward } } } }" + WARD,
        {"at": BEN_THANH},
    ),
    Question(
        "lists of entities below a list",
        "{ activeAlerts(first: 3) { nodes { event { vi en } severity wards { code agency { name } } } } }",
    ),
    Question(
        "entities in plain objects",
        '{ convertAddress(text: "phường Bến Nghé, quận 1") { isDefault ward { ...Ward } } }' + WARD,
    ),
    Question(
        "what is not there",
        '{ alert(id: "none") { identifier } agency(id: "none") { name } report(code: "none") { id } }',
    ),
    Question(
        "a refusal at a root field",
        "{ wardAt(point: {lat: 91, lng: 106}) { ward { code } } layers { __typename } }",
    ),
    Question(
        "refusals in the entities of a list",
        '{ wards(first: 2) { nodes { code reports(first: 1, after: "x") { totalCount } } } }',
    ),
    Question("guarded fields, of nobody", f"{{ {GUARDED} news(first: 1) {{ nodes {{ title }} }} }}"),
    Question("guarded fields, of a citizen", f"{{ {GUARDED} }}", by="lan"),
    Question(
        "scopes that a citizen has not",
        "{ alertDrafts { totalCount } reportInbox { totalCount } unreadCount }",
        by="lan",
    ),
    Question(
        "a scope that an officer has",
        "{ reportInbox(first: 3) { totalCount nodes { title agency { key } } } }",
        by="officer",
    ),
    Question("a mutation of nobody", SUBMIT + WARD, {"input": DRAFT}),
    Question("a mutation", SUBMIT + WARD, {"input": DRAFT}, "lan"),
    Question("a mutation that a rule refuses", SUBMIT + WARD, {"input": {**DRAFT, "title": ""}}, "lan"),
    Question("mutations of two plugins, one after the other", SECOND, by="lan"),
    Question(
        "what the mutations have left",
        "{ myReports(first: 3) { totalCount nodes { title ward { fullName } } } }",
        by="lan",
    ),
)
