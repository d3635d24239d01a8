"""Requirements that go round between two subgraphs, one of them on a field that was taken over."""

from __future__ import annotations

from tests.federation.memory import Behaviour, Row, row_by

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", '
    'import: ["@key", "@external", "@requires", "@override"])\n'
)
SUBGRAPHS = {
    "posts": LINK
    + """
type Query { feed: [Post!]! }
type Post @key(fields: "id") {
  id: ID!
  byNovice: Boolean! @external
  byExpert: Boolean! @requires(fields: "byNovice")
  author: Author!
}
type Author @key(fields: "id") { id: ID! name: String! rank: Int! }
""",
    "authors": LINK
    + """
type Post @key(fields: "id") {
  id: ID!
  author: Author! @external
  byNovice: Boolean! @requires(fields: "author { yearsOfWork rank }")
}
type Author @key(fields: "id") {
  id: ID!
  name: String! @override(from: "posts")
  nick: String! @requires(fields: "rank")
  rank: Int! @external
  yearsOfWork: Int!
}
""",
}
CASES = [
    (
        "{ feed { byExpert } }",
        {"feed": [{"byExpert": True}, {"byExpert": False}, {"byExpert": True}]},
        [],
    ),
    (
        "{ feed { id byNovice author { name nick } } }",
        {
            "feed": [
                {"id": "p1", "byNovice": False, "author": {"name": "An", "nick": "An #1"}},
                {"id": "p2", "byNovice": True, "author": {"name": "Ba", "nick": "Ba #2"}},
                {"id": "p3", "byNovice": False, "author": {"name": "An", "nick": "An #1"}},
            ]
        },
        [],
    ),
]


def subgraphs() -> dict[str, Behaviour]:
    ranks = {"a1": {"id": "a1", "rank": 1}, "a2": {"id": "a2", "rank": 2}}
    posts = {
        "p1": {"id": "p1", "author": ranks["a1"]},
        "p2": {"id": "p2", "author": ranks["a2"]},
        "p3": {"id": "p3", "author": ranks["a1"]},
    }
    people = {"a1": {"id": "a1", "name": "An", "yearsOfWork": 9}, "a2": {"id": "a2", "name": "Ba", "yearsOfWork": 1}}

    def by_novice(post: Row) -> bool:
        return bool(post["author"]["yearsOfWork"] < 3 and post["author"]["rank"] > 0)

    return {
        "posts": Behaviour(
            query={"feed": list(posts.values())},
            entities={"Post": row_by("id", posts, "byNovice"), "Author": row_by("id", ranks)},
            fields={"Post.byExpert": lambda post: not post["byNovice"]},
        ),
        "authors": Behaviour(
            entities={"Post": dict, "Author": row_by("id", people, "rank")},
            fields={"Post.byNovice": by_novice, "Author.nick": lambda one: f"{one['name']} #{one['rank']}"},
        ),
    }
