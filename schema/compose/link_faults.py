"""What can be wrong with one @link: its name, its version, its imports."""

import re
from typing import TYPE_CHECKING

from .specs import FEDERATION_DIRECTIVES, FEDERATION_TYPES, KNOWN_FEDERATION, SPECS

if TYPE_CHECKING:
    from .links import Link

_FEDERATION, _LINK = f"{SPECS}/federation", f"{SPECS}/link"
_OF_LINK = {"@link", "Import", "Purpose"}
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def is_namespace(name: str) -> bool:
    """Whether a specification can be called that here: its directives are then ``@name__directive``."""
    return _NAME.fullmatch(name) is not None and "__" not in name and not name.endswith("_")


def version_fault(link: "Link") -> tuple[str, str] | None:
    """(code, fault) where the version of a specification is not one of those known."""
    major, minor = link.version
    if link.identity == _FEDERATION and link.version not in KNOWN_FEDERATION:
        code, known = "UNKNOWN_FEDERATION_LINK_VERSION", f"v2.0 to v2.{max(KNOWN_FEDERATION)[1]}"
    elif link.identity == _LINK and link.version != (1, 0):
        code, known = "UNKNOWN_LINK_VERSION", "v1.0"
    else:
        return None
    return code, f"links {link.name} v{major}.{minor}, which this composer does not know: use {known}"


def import_fault(link: "Link", element: str, local: str) -> str | None:
    """What is wrong with importing ``element`` (``@key``, ``FieldSet``) under the name ``local``."""
    if not element:
        return "imports something without a name: write a string, or an object with name and as"
    if element.startswith("@") != local.startswith("@"):
        return f'imports "{element}" as "{local}": a directive keeps its "@", a type has none'
    if not _NAME.fullmatch(local.removeprefix("@")):
        return f'imports "{element}" as "{local}", which is no name'
    if link.imports.get(element, local) != local:
        return f'imports "{element}" twice, as "{link.imports[element]}" and as "{local}": import it once'
    if local in link.imports.values() and element not in link.imports:
        return f'imports "{element}" as "{local}", and something else under that name: give it another'
    if link.identity == _LINK and element not in _OF_LINK:
        return f'imports "{element}" from {link.url}, which does not have it: remove the import'
    if link.identity == _FEDERATION and not _is_known(element, link):
        return (
            f'imports "{element}" from federation v{link.version[0]}.{link.version[1]}, which does not have it: '
            "remove the import or link a later version"
        )
    return None


def _is_known(element: str, link: "Link") -> bool:
    known = FEDERATION_DIRECTIVES if element.startswith("@") else FEDERATION_TYPES
    since = known.get(element.removeprefix("@"))
    return since is not None and since <= link.version
