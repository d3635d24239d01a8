"""The directives that federation gives a meaning: since which version, with which arguments, where."""

from dataclasses import dataclass

Version = tuple[int, int]
SPECS = "https://specs.apollo.dev"

KNOWN_FEDERATION: frozenset[Version] = frozenset((2, minor) for minor in range(13))


@dataclass(frozen=True, slots=True)
class DirectiveSpec:
    """One directive of the specification. ``arguments`` are (name, type, default or None) as written in SDL.

    The type ``FieldSet`` and the like stand for whatever the subgraph calls that scalar.
    """

    name: str
    since: Version
    arguments: tuple[tuple[str, str, str | None], ...]
    locations: tuple[str, ...]
    repeatable: bool = False

    def arguments_in(self, version: Version) -> tuple[tuple[str, str, str | None], ...]:
        """The arguments that the directive has in ``version`` of federation."""
        return tuple(a for a in self.arguments if ARGUMENT_SINCE.get((self.name, a[0]), self.since) <= version)

    def repeatable_in(self, version: Version) -> bool:
        return self.repeatable and (self.name != "shareable" or version >= (2, 2) or version < (2, 0))

    def locations_in(self, version: Version) -> tuple[str, ...]:
        """Where the directive may stand in ``version``: @tag came to the schema late."""
        if self.name == "tag" and version < (2, 3):
            return tuple(location for location in self.locations if location != "SCHEMA")
        return self.locations


_FIELDS = (("fields", "FieldSet!", None),)
_TAGGED = (
    *("FIELD_DEFINITION", "OBJECT", "INTERFACE", "UNION", "ARGUMENT_DEFINITION", "SCALAR", "ENUM"),
    *("ENUM_VALUE", "INPUT_OBJECT", "INPUT_FIELD_DEFINITION"),
)
_GUARDED = ("FIELD_DEFINITION", "OBJECT", "INTERFACE", "SCALAR", "ENUM")
_COSTED = ("ARGUMENT_DEFINITION", "ENUM", "FIELD_DEFINITION", "INPUT_FIELD_DEFINITION", "OBJECT", "SCALAR")
_LIST_SIZE = (
    ("assumedSize", "Int", None),
    ("slicingArguments", "[String!]", None),
    ("sizedFields", "[String!]", None),
    ("requireOneSlicingArgument", "Boolean", "true"),
)

DIRECTIVES: dict[str, DirectiveSpec] = {
    spec.name: spec
    for spec in (
        DirectiveSpec("key", (2, 0), (*_FIELDS, ("resolvable", "Boolean", "true")), ("OBJECT", "INTERFACE"), True),
        DirectiveSpec("requires", (2, 0), _FIELDS, ("FIELD_DEFINITION",)),
        DirectiveSpec("provides", (2, 0), _FIELDS, ("FIELD_DEFINITION",)),
        DirectiveSpec("external", (2, 0), (("reason", "String", None),), ("OBJECT", "FIELD_DEFINITION")),
        DirectiveSpec("extends", (2, 0), (), ("OBJECT", "INTERFACE")),
        DirectiveSpec("shareable", (2, 0), (), ("FIELD_DEFINITION", "OBJECT"), True),
        DirectiveSpec("tag", (2, 0), (("name", "String!", None),), (*_TAGGED, "SCHEMA"), True),
        DirectiveSpec("inaccessible", (2, 0), (), _TAGGED),
        DirectiveSpec(
            "override", (2, 0), (("from", "String!", None), ("label", "String", None)), ("FIELD_DEFINITION",)
        ),
        DirectiveSpec("composeDirective", (2, 1), (("name", "String", None),), ("SCHEMA",), True),
        DirectiveSpec("interfaceObject", (2, 3), (), ("OBJECT",)),
        DirectiveSpec("authenticated", (2, 5), (), _GUARDED),
        DirectiveSpec("requiresScopes", (2, 5), (("scopes", "[[Scope!]!]!", None),), _GUARDED),
        DirectiveSpec("policy", (2, 6), (("policies", "[[Policy!]!]!", None),), _GUARDED),
        DirectiveSpec("context", (2, 8), (("name", "String!", None),), ("INTERFACE", "OBJECT", "UNION"), True),
        DirectiveSpec("fromContext", (2, 8), (("field", "ContextFieldValue", None),), ("ARGUMENT_DEFINITION",)),
        DirectiveSpec("cost", (2, 9), (("weight", "Int!", None),), _COSTED),
        DirectiveSpec("listSize", (2, 9), _LIST_SIZE, ("FIELD_DEFINITION",)),
        DirectiveSpec("cacheTag", (2, 12), (("format", "String!", None),), ("OBJECT", "FIELD_DEFINITION"), True),
    )
}

ARGUMENT_SINCE: dict[tuple[str, str], Version] = {("override", "label"): (2, 7)}

FEDERATION_DIRECTIVES: dict[str, Version] = {spec.name: spec.since for spec in DIRECTIVES.values()}
FEDERATION_TYPES: dict[str, Version] = {
    "FieldSet": (2, 0),
    "Scope": (2, 5),
    "Policy": (2, 6),
    "ContextFieldValue": (2, 8),
}

# Directives that are a specification of their own as well as a part of federation: what the supergraph links.
SINGLE_SPECS: dict[str, tuple[str, ...]] = {
    f"{SPECS}/tag": ("tag",),
    f"{SPECS}/inaccessible": ("inaccessible",),
    f"{SPECS}/authenticated": ("authenticated",),
    f"{SPECS}/requiresScopes": ("requiresScopes",),
    f"{SPECS}/policy": ("policy",),
    f"{SPECS}/cost": ("cost", "listSize"),
}
