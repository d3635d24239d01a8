"""The fixed part of a supergraph: definitions of the link and join specifications, by version."""

from collections.abc import Iterator

from .links import Version
from .specs import DIRECTIVES, SPECS

_FIELD_ARGUMENTS: tuple[tuple[str, Version], ...] = (
    ("graph: join__Graph", (0, 3)),
    ("requires: join__FieldSet", (0, 3)),
    ("provides: join__FieldSet", (0, 3)),
    ("type: String", (0, 3)),
    ("external: Boolean", (0, 3)),
    ("override: String", (0, 3)),
    ("usedOverridden: Boolean", (0, 3)),
    ("overrideLabel: String", (0, 4)),
    ("contextArguments: [join__ContextArgument!]", (0, 5)),
)
_CONTEXT = """input join__ContextArgument {
  name: String!
  type: String!
  context: String!
  selection: join__FieldValue!
}

scalar join__FieldValue
"""
_LINK = '''directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA

scalar link__Import

enum link__Purpose {
  """
  `SECURITY` features provide metadata necessary to securely resolve fields.
  """
  SECURITY

  """
  `EXECUTION` features provide metadata necessary for operation execution.
  """
  EXECUTION
}
'''
#: what the supergraph links for each carried directive: (name, version, purpose)
CARRIED_LINKS: dict[str, tuple[str, str, str | None]] = {
    "tag": ("tag", "v0.3", None),
    "inaccessible": ("inaccessible", "v0.2", "SECURITY"),
    "authenticated": ("authenticated", "v0.1", "SECURITY"),
    "requiresScopes": ("requiresScopes", "v0.1", "SECURITY"),
    "policy": ("policy", "v0.1", "SECURITY"),
    "cost": ("cost", "v0.1", None),
    "listSize": ("cost", "v0.1", None),
    "context": ("context", "v0.1", "SECURITY"),
}
_FROM_CONTEXT = """directive @context__fromContext(field: context__ContextFieldValue) on ARGUMENT_DEFINITION

scalar context__ContextFieldValue
"""


def join_version(federation: Version) -> Version:
    """The join specification that says all that subgraphs of this federation version can say."""
    if federation >= (2, 8):
        return (0, 5)
    return (0, 4) if federation >= (2, 7) else (0, 3)


def join_definitions(version: Version) -> Iterator[str]:
    """The SDL of link v1.0 and of join v0.3, v0.4 or v0.5."""
    arguments = ", ".join(text for text, since in _FIELD_ARGUMENTS if since <= version)
    yield _LINK
    yield "scalar join__FieldSet\n"
    yield "directive @join__graph(name: String!, url: String!) on ENUM_VALUE\n"
    yield (
        "directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, "
        "resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) "
        "repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR\n"
    )
    yield f"directive @join__field({arguments}) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION\n"
    yield ("directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE\n")
    yield "directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION\n"
    yield "directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE\n"
    if version >= (0, 5):
        yield _CONTEXT


def carried_definition(spec: str, name: str) -> Iterator[str]:
    """The SDL of a directive of federation as the supergraph defines it, under ``name``, and of its scalar."""
    definition = DIRECTIVES[spec]
    arguments = []
    for argument, type_, default in definition.arguments:
        for scalar in ("Scope", "Policy"):
            if scalar in type_:
                type_ = type_.replace(scalar, f"{name}__{scalar}")
                yield f"scalar {name}__{scalar}\n"
        arguments.append(f"{argument}: {type_}" + (f" = {default}" if default else ""))
    takes = f"({', '.join(arguments)})" if arguments else ""
    if spec == "context":
        yield _FROM_CONTEXT
    repeatable = " repeatable" if definition.repeatable else ""
    yield f"directive @{name}{takes}{repeatable} on {' | '.join(definition.locations)}\n"


def spec_url(name: str, version: str) -> str:
    return f"{SPECS}/{name}/{version}"
