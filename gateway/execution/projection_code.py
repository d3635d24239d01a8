"""Python source of a projection: one function for each selection, for answers in which nothing is amiss.

It knows no positions and reports no errors: whatever is not plainly as the schema says raises ``Odd``, and the
interpreter (``project``) makes the answer from the start. So it may be stricter than the interpreter, and may count
more towards the limits, but it never lets pass what the interpreter would not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, Protocol

from graphql import GraphQLOutputType, get_named_type, is_enum_type, is_list_type, is_non_null_type

from gateway.execution.budget import size_of
from gateway.execution.leaves import INT_MAX, INT_MIN, any_value, leaf_check
from gateway.planner.plan import ProjectedField, Projection

INDENT: Final = "    "
# In the text of a function its own name, which is given when it turns out that there is none like it.
_SELF: Final = "<self>"
_PROLOGUE: Final = '''
def project(tree, left, text):
    """The client's data. ``left`` and ``text``: the values and the characters that it may have."""

    def leaf(value, check):
        """A leaf that is not of its plain class."""
        nonlocal left, text
        if value is None:
            raise Odd
        try:
            value = check(value)
        except Exception:
            raise Odd from None
        if value.__class__ is str:
            text -= len(value)
        elif value.__class__ is dict or value.__class__ is list:
            values, characters = size_of(value)
            left -= values
            text -= characters
        return value
'''


class Odd(Exception):  # noqa: N818
    """Something is not plainly as the schema says."""


class Project(Protocol):
    """Generated: ``tree`` -> the client's data.

    Raises: Odd.
    """

    def __call__(self, tree: Any, left: int, text: int) -> dict[str, Any]: ...


class ProjectionCode:
    """The source of a projection's ``project(tree, left, text)``. ``fields``: how many it has, shared ones once.

    ``holds``: whether a field is in the answer.
    """

    def __init__(self, projection: Projection, holds: Callable[[ProjectedField], bool]) -> None:
        assert projection.sole is not None, "a root has one type"
        self._holds = holds
        self._globals: dict[str, Any] = {"Odd": Odd, "size_of": size_of}
        self._names: dict[tuple[Any, ...], str] = {}
        # By their bodies, so that what two places ask alike is there once; each after those that it calls.
        self._functions: dict[str, str] = {}
        self.fields = 0
        root = self._object(projection, projection.sole)
        functions = [f"\n{text.replace(_SELF, name)}" for text, name in self._functions.items()]
        end = ["", f"data = {root}(tree)", "if left < 0 or text < 0:", f"{INDENT}raise Odd", "return data"]
        self.text = _PROLOGUE.lstrip() + "".join(functions) + _indented(end)

    def compiled(self) -> Project:
        names = dict(self._globals)
        exec(compile(self.text, "<projection>", "exec"), names)  # noqa: S102, names of the schema and query only
        project: Project = names["project"]
        return project

    def _function(self, key: tuple[Any, ...], name: str, body: Callable[[], Iterator[str]]) -> str:
        """The name of a function of one argument. ``body``: its lines, written when the key is new."""
        known = self._names.get(key)
        if known is None:
            text = _indented(body())
            # A number ends it: no key of a response, and so no variable, does.
            known = self._functions.setdefault(text, f"{name}_{len(self._functions) + 1}")
            self._names[key] = known
        return known

    def _global(self, name: str, value: Any) -> str:
        self._globals[name] = value
        return name

    def _selection(self, selection: Projection) -> str:
        """The function for the objects of a selection."""
        if selection.sole is not None:
            return self._object(selection, selection.sole)
        return self._function((id(selection),), "one_of", lambda: self._dispatch(selection))

    def _dispatch(self, selection: Projection) -> Iterator[str]:
        kinds = [f"{typename!r}: {self._object(selection, typename)}" for typename in selection.by_type]
        yield f"{_SELF}_kinds = {{{', '.join(kinds)}}}"
        yield ""
        yield f"def {_SELF}(value):"
        yield f"{INDENT}if value.__class__ is not dict:"
        yield f"{INDENT * 2}raise Odd"
        yield f"{INDENT}try:"
        yield f"{INDENT * 2}complete = {_SELF}_kinds[value['__typename']]"
        yield f"{INDENT}except (KeyError, TypeError):"
        yield f"{INDENT * 2}raise Odd from None"
        yield f"{INDENT}return complete(value)"

    def _object(self, selection: Projection, typename: str) -> str:
        key = (id(selection), typename)
        return self._function(key, typename, lambda: self._object_body(selection, typename))

    def _object_body(self, selection: Projection, typename: str) -> Iterator[str]:
        fields = list(fields_held(selection.by_type[typename], self._holds))
        self.fields += len(fields)
        read = [field for field in fields if field.name != "__typename"]
        yield f"def {_SELF}(value):"
        yield f"{INDENT}nonlocal left, text"
        yield f"{INDENT}if value.__class__ is not dict:"
        yield f"{INDENT * 2}raise Odd"
        if read:
            yield f"{INDENT}try:"
            for field in read:
                yield f"{INDENT * 2}{local(field)} = value[{field.source!r}]"
            yield f"{INDENT}except KeyError:"
            # A key that is not there is a null: an entity that was not found lacks all that was fetched of it.
            nulls = ", ".join(f"{field.source!r}: None" for field in read)
            yield f"{INDENT * 2}return {_SELF}({{{nulls}, **value}})"
        for line in self._completed(fields, read, typename):
            yield INDENT + line

    def _completed(self, fields: list[ProjectedField], read: list[ProjectedField], typename: str) -> Iterator[str]:
        yield f"left -= {len(fields)}"
        yield "if left < 0:"
        yield f"{INDENT}raise Odd"
        for field in read:
            yield from self._value(field, field.type, local(field))
        yield "return {"
        for field in fields:
            value = repr(typename) if field.name == "__typename" else local(field)
            yield f"{INDENT}{field.key!r}: {value},"
        yield "}"

    def _value(self, field: ProjectedField, type_: GraphQLOutputType, value: str) -> Iterator[str]:
        """Statements that complete the value of a variable."""
        inner = type_.of_type if is_non_null_type(type_) else type_
        if field.name in ("__schema", "__type"):
            yield from self._leaf(None, value, nullable=True)
        elif field.selection is None and not is_list_type(inner):
            yield from self._leaf(inner, value, nullable=inner is type_)
        elif inner is type_:
            yield f"if {value} is not None:"
            yield f"{INDENT}{value} = {self._composite(field, inner)}({value})"
        else:
            yield f"{value} = {self._composite(field, inner)}({value})"

    def _composite(self, field: ProjectedField, type_: GraphQLOutputType) -> str:
        """The function for a list or an object that is not null."""
        if not is_list_type(type_):
            assert field.selection is not None
            return self._selection(field.selection)
        named = get_named_type(type_)
        key = (id(field.selection) if field.selection is not None else named.name, str(type_))
        return self._function(key, f"list_of_{named.name}", lambda: self._list_body(field, type_))

    def _list_body(self, field: ProjectedField, type_: Any) -> Iterator[str]:
        item = type_.of_type
        inner = item.of_type if is_non_null_type(item) else item
        yield f"def {_SELF}(value):  # {type_}"
        yield f"{INDENT}nonlocal left, text"
        yield f"{INDENT}if value.__class__ is not list:"
        yield f"{INDENT * 2}raise Odd"
        yield f"{INDENT}left -= len(value)"
        yield f"{INDENT}if left < 0:"
        yield f"{INDENT * 2}raise Odd"
        if field.selection is None and not is_list_type(inner):
            yield f"{INDENT}items = []"
            yield f"{INDENT}for item in value:"
            for line in self._leaf(inner, "item", nullable=inner is item):
                yield INDENT * 2 + line
            yield f"{INDENT * 2}items.append(item)"
            yield f"{INDENT}return items"
            return
        complete = f"{self._composite(field, inner)}(item)"
        if inner is item:
            complete = f"None if item is None else {complete}"
        yield f"{INDENT}return [{complete} for item in value]"

    def _leaf(self, type_: Any, value: str, *, nullable: bool) -> Iterator[str]:
        """Statements that check a leaf. ``type_``: without its non-null; None for what may be anything."""
        exact, check = leaf_check(type_) if type_ is not None else (None, any_value)
        checked = self._global(f"{type_.name if type_ is not None else 'any'}_check", check)
        completed = f"{INDENT}{value} = leaf({value}, {checked})"
        but_null = f" and {value} is not None" if nullable else ""
        if exact is not None and exact is not str:
            yield f"if {value}.__class__ is not {exact.__name__}{but_null}:"
            yield completed
        elif type_ is not None and type_.name == "Int":
            yield f"if ({value}.__class__ is not int or not {INT_MIN} <= {value} <= {INT_MAX}){but_null}:"
            yield completed
        else:
            allowed = ""
            if is_enum_type(type_):
                allowed = f" and {value} in {self._global(f'{type_.name}_values', frozenset(type_.values))}"
            yield f"if {value}.__class__ is str{allowed}:"
            yield f"{INDENT}text -= len({value})"
            yield f"elif {value} is not None:" if nullable else "else:"
            yield completed


def fields_held(
    fields: tuple[ProjectedField, ...], holds: Callable[[ProjectedField], bool]
) -> Iterator[ProjectedField]:
    """The fields that are in the answer; of those with the same key the first."""
    keys: set[str] = set()
    for field in fields:
        if field.key not in keys and (not field.when or holds(field)):
            keys.add(field.key)
            yield field


def local(field: ProjectedField) -> str:
    """The variable of a field; no word of Python's and no other name here ends so."""
    return f"{field.key}_"


def _indented(lines: Iterable[str]) -> str:
    return "".join(f"{INDENT}{line}\n" if line else "\n" for line in lines)
