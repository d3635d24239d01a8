"""Addresses as people write them: taken apart, spelt out, and matched with the units of before 2025-07-01."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from schema.text import fold

UNIT_KINDS = ("phuong", "xa", "thi tran", "dac khu")
AREA_KINDS = ("thanh pho", "quan", "huyen", "thi xa", "tinh")
CITY = "ho chi minh"

_WORD = re.compile(r"[0-9a-z]+")
_PART = re.compile(r"[,;\n]")
# A single letter is an abbreviation only before a full stop or a number: "p. an phu", "p5", "q 1".
_SPELT_OUT = (
    (re.compile(r"\b(?:tp\.?\s*)?hcm\b"), "thanh pho ho chi minh"),
    (re.compile(r"\bt\.?p(?:\.\s*|\s+)"), "thanh pho "),
    (re.compile(r"\btx(?:\.\s*|\s+)"), "thi xa "),
    (re.compile(r"\btt(?:\.\s*|\s+)"), "thi tran "),
    (re.compile(r"\bp(?:\.\s*|\s*(?=\d))"), "phuong "),
    (re.compile(r"\bq(?:\.\s*|\s*(?=\d))"), "quan "),
    (re.compile(r"\bh\.\s*"), "huyen "),
    (re.compile(r"\bx\.\s*"), "xa "),
)
_LEADING_ZEROS = re.compile(r"\b0+(?=\d)")


def words(text: str) -> str:
    """The folded words of a text, one space between: ``Quận 1 (cũ)`` -> ``quan 1 cu``."""
    return " ".join(_WORD.findall(fold(text)))


def bare(name: str) -> str:
    """A folded name without the word for the kind of unit; one that is then only a number is left whole."""
    for kind in (*UNIT_KINDS, *AREA_KINDS):
        if name.startswith(f"{kind} "):
            rest = name.removeprefix(f"{kind} ")
            return name if rest.isdigit() else rest
    return name


def parts_of(text: str) -> list[str]:
    """The parts between commas, folded, with abbreviations spelt out: ``P.05, Q1`` -> ``phuong 5``, ``quan 1``."""
    parts = (_spelt_out(part) for part in _PART.split(text))
    return [part for part in parts if part]


def _spelt_out(part: str) -> str:
    folded = fold(part)
    for short, long in _SPELT_OUT:
        folded = short.sub(long, folded)
    return _LEADING_ZEROS.sub("", " ".join(_WORD.findall(folded)))


def areas_named(rest: str, names: Iterable[str]) -> set[str]:
    """Those of the folded ``names`` (of districts, or provinces) that ``rest`` has, whole or else without their kind.

    "bac tan uyen" names Bắc Tân Uyên and not Tân Uyên too: the longer name wins. So does one with its kind: without
    commas "quan tan binh thanh pho" has the words of Bình Thạnh too.
    """
    names = list(names)
    found = {name for name in names if has_phrase(rest, name)} or {n for n in names if has_phrase(rest, bare(n))}
    return {
        name
        for name in found
        if not any(bare(name) != bare(other) and has_phrase(bare(other), bare(name)) for other in found)
    }


def has_phrase(text: str, phrase: str) -> bool:
    return f" {phrase} " in f" {text} "


def after_phrase(text: str, phrase: str) -> str:
    """What stands after the last occurrence of the phrase; "" when it does not occur."""
    _, found, tail = f" {text} ".rpartition(f" {phrase} ")
    return tail.strip() if found else ""


def with_present_districts(rest: str) -> str:
    """``rest`` with the names of districts that had gone before 2025 put as what they became."""
    for gone, district in _gone_districts():
        rest = f" {rest} ".replace(f" {gone} ", f" {district} ").strip()
    return rest


@cache
def _gone_districts() -> tuple[tuple[str, str], ...]:
    path = Path(__file__).parent / "data" / "former_districts.csv"
    with path.open(encoding="utf-8", newline="") as file:
        lines = [(words(line["name"]), words(line["district"])) for line in csv.DictReader(file)]
    # The whole name first: what it is put as no longer has the bare one.
    return tuple((name, district) for full, district in lines for name in dict.fromkeys((full, bare(full))))
