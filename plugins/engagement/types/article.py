"""Article: a piece of the city's news; and what its editor sends."""

from __future__ import annotations

from datetime import datetime

import strawberry

from gateway.plugin import Info, global_id, local_id
from plugins.engagement.loaders import ArticleBySlug
from plugins.engagement.models import ArticleRow
from plugins.engagement.service.news import ArticleTopic, Manuscript
from plugins.engagement.types.links import Agency
from schema.scalars import as_city_time

strawberry.enum(ArticleTopic, description="What an article is about.")


@strawberry.federation.type(keys=["id"], description="A piece of the city's news.")
class Article:
    id: strawberry.ID
    slug: str = strawberry.field(description="Unique, for addresses: lower case a-z, digits, hyphens.")
    title: str
    summary: str = strawberry.field(description="Plain text.")
    body_html: str = strawberry.field(
        description="HTML with nothing in it but text, lists, tables, pictures and links: it was cleaned when stored."
    )
    topic: ArticleTopic
    published_at: datetime
    agency: Agency | None = strawberry.field(description="The agency that publishes it.")
    is_sample: bool = strawberry.field(description="Made for development; not news.")

    @classmethod
    def of(cls, row: ArticleRow) -> Article:
        return cls(
            id=global_id("Article", row.slug),
            slug=row.slug,
            title=row.title,
            summary=row.summary,
            body_html=row.body_html,
            topic=ArticleTopic(row.topic),
            published_at=as_city_time(row.published_at),
            agency=None if row.agency is None else Agency.at(row.agency),
            is_sample=row.is_sample,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Article | None:
        row = await info.context.load(ArticleBySlug, local_id("Article", id))
        return None if row is None else cls.of(row)


@strawberry.input(description="An article, to be published at once for the editor's agency.")
class PublishArticleInput:
    title: str
    summary: str = strawberry.field(description="Plain text.")
    body_html: str = strawberry.field(description="HTML; scripts, styles, frames and forms are taken out.")
    topic: ArticleTopic
    slug: str | None = strawberry.field(default=None, description="Made of the title when not given.")
    client_mutation_id: str | None = None

    def to_manuscript(self) -> Manuscript:
        return Manuscript(
            title=self.title, summary=self.summary, body_html=self.body_html, topic=self.topic, slug=self.slug
        )
