"""The rules of the news: what is published, cleaned and indexed; lists and search."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import nh3
from sqlalchemy import and_, column, false, func, insert, or_, table
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from gateway.plugin import Actor, Event, Refused, emit
from plugins.engagement.models import ArticleRow
from plugins.engagement.service.cursors import moment, whole_number
from plugins.engagement.service.rights import PUBLISH_SCOPES, check_right
from plugins.engagement.settings import EngagementSettings
from schema.micros import to_micros
from schema.paging import Page, SortKey, Window
from schema.scalars import utc_now
from schema.text import fold, search_words

SLUG_MOST = 100
SEARCH_MOST = 200
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SEARCH = table("engagement_article_search", column("rowid"), column("words"))

TAGS = frozenset(
    {"p", "br", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "b", "i", "blockquote", "a", "hr"}
    | {"figure", "figcaption", "img", "table", "thead", "tbody", "tr", "th", "td", "caption"}
)
ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt"}, "th": {"colspan", "rowspan"}, "td": {"colspan", "rowspan"}}
URL_SCHEMES = frozenset({"https", "mailto", "tel"})


class ArticleTopic(StrEnum):
    """What an article is about."""

    ADMINISTRATION = "ADMINISTRATION"
    DIGITAL = "DIGITAL"
    TRANSPORT = "TRANSPORT"
    HEALTH = "HEALTH"
    EDUCATION = "EDUCATION"
    ENVIRONMENT = "ENVIRONMENT"
    CULTURE = "CULTURE"
    SAFETY = "SAFETY"


@dataclass(frozen=True, slots=True)
class Manuscript:
    """An article as its editor sent it. ``slug``: None makes one of the title."""

    title: str
    summary: str
    body_html: str
    topic: ArticleTopic
    slug: str | None = None


def clean(body_html: str) -> str:
    """The HTML without all that is not plain text, lists, tables, pictures and links (https, mailto, tel)."""
    return nh3.clean(body_html, tags=set(TAGS), attributes=ATTRIBUTES, url_schemes=set(URL_SCHEMES)).strip()


def plain_text(body_html: str) -> str:
    """The words of the HTML, one space between them."""
    # Tags part words: without the space, "<li>a</li><li>b</li>" would be indexed as "ab".
    return " ".join(html.unescape(nh3.clean(body_html.replace("<", " <"), tags=set())).split())


def slug_of(title: str) -> str:
    """``Đường Hòa Bình`` -> ``duong-hoa-binh``, at most ``SLUG_MOST`` characters."""
    words = re.findall(r"[0-9a-z]+", fold(title))
    return "-".join(words)[:SLUG_MOST].strip("-")


def publish_article(session: Session, given: Manuscript, by: Actor, settings: EngagementSettings) -> ArticleRow:
    """Store an article with its body cleaned, and emit ``engagement.article_published``.

    Raises:
        Refused: FORBIDDEN, TITLE_EMPTY, TITLE_TOO_LONG, SUMMARY_EMPTY, SUMMARY_TOO_LONG, BODY_EMPTY (also when nothing
            is left after cleaning), BODY_TOO_LONG, BAD_SLUG, SLUG_TAKEN.
    """
    check_right(by, PUBLISH_SCOPES, "publish articles")
    title = _text(given.title, "title", settings.article_title_max)
    summary = _text(given.summary, "summary", settings.article_summary_max)
    body = clean(_text(given.body_html, "bodyHtml", settings.article_body_max, code="BODY"))
    if not plain_text(body) and "<img" not in body:
        raise Refused("Nothing of bodyHtml is left when it has been cleaned.", code="BODY_EMPTY", field="bodyHtml")
    slug = _slug(session, given.slug or slug_of(title))
    row = ArticleRow(
        slug=slug,
        title=title,
        summary=summary,
        body_html=body,
        topic=given.topic.value,
        agency=by.agency,
        published_by=by.id,
        published_at=utc_now(),
    )
    add_article(session, row)
    emit(session, Event("engagement.article_published", {"id": slug, "topic": row.topic}))
    return row


def add_article(session: Session, row: ArticleRow) -> None:
    """Store a row whose body has been cleaned, and index it."""
    session.add(row)
    session.flush()
    words = fold(f"{row.title} {row.summary} {plain_text(row.body_html)}")
    session.connection().execute(insert(_SEARCH).values(rowid=row.id, words=words))


def _text(given: str, field: str, most: int, *, code: str | None = None) -> str:
    text, code = given.strip(), code or field.upper()
    if not text:
        raise Refused(f"{field} is empty.", code=f"{code}_EMPTY", field=field)
    if len(text) > most:
        raise Refused(
            f"{field} has {len(text)} characters: at most {most} are taken.", code=f"{code}_TOO_LONG", field=field
        )
    return text


def _slug(session: Session, slug: str) -> str:
    if len(slug) > SLUG_MOST or not _SLUG.fullmatch(slug):
        raise Refused(
            f"{slug[:SLUG_MOST]!r} is no slug: lower case a-z, digits and single hyphens, up to {SLUG_MOST}.",
            code="BAD_SLUG",
            field="slug",
        )
    if article_by_slug(session, slug) is not None:
        raise Refused(f"There is an article {slug!r} already: give another slug.", code="SLUG_TAKEN", field="slug")
    return slug


def article_by_slug(session: Session, slug: str) -> ArticleRow | None:
    return session.exec(select(ArticleRow).where(ArticleRow.slug == slug)).first()


def published_article(session: Session, slug: str) -> ArticleRow:
    """Raises: Refused: NOT_FOUND."""
    row = article_by_slug(session, slug)
    if row is None:
        raise Refused(f"There is no article {slug[:SLUG_MOST]!r}.", code="NOT_FOUND", field="slug")
    return row


def news(session: Session, asked: Window, topic: ArticleTopic | None, search: str | None) -> Page[ArticleRow]:
    """Articles, the newest first. ``search``: folded words, the last one as a beginning."""
    query = _found(select(ArticleRow), topic, search)
    if asked.after is not None:
        at, id_ = moment(asked.after[0]), whole_number(asked.after[1])
        published = col(ArticleRow.published_at)
        query = query.where(or_(published < at, and_(published == at, col(ArticleRow.id) < id_)))
    query = query.order_by(col(ArticleRow.published_at).desc(), col(ArticleRow.id).desc())
    return Page.of(session.exec(query.limit(asked.limit + 1)).all(), asked, _sort_key)


def count_news(session: Session, topic: ArticleTopic | None, search: str | None) -> int:
    return int(session.exec(_found(select(func.count(col(ArticleRow.id))), topic, search)).one())


def _sort_key(row: ArticleRow) -> SortKey:
    return (to_micros(row.published_at), row.id)


def _found(query: SelectOfScalar[Any], topic: ArticleTopic | None, search: str | None) -> SelectOfScalar[Any]:
    if topic is not None:
        query = query.where(ArticleRow.topic == topic.value)
    if search is None or not search.strip():
        return query
    words = search_words(search[:SEARCH_MOST])
    if not words:
        return query.where(false())
    match = " ".join(f'"{word}"' for word in words) + "*"
    return query.where(col(ArticleRow.id).in_(select(_SEARCH.c.rowid).where(_SEARCH.c.words.match(match))))
