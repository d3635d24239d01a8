"""The words of a report as enums of the graph. Types and inputs take them from here: named before they are used."""

from __future__ import annotations

import strawberry

from plugins.feedback.terms import Action, InboxTab, Kind, Outcome, State, Visibility

__all__ = ["Action", "InboxTab", "Kind", "Outcome", "State", "Visibility"]

strawberry.enum(Kind, name="ReportKind", description="What a report is about; PROPOSAL is hiến kế.")
strawberry.enum(
    State,
    name="ReportState",
    description="Where a report stands: Đã gửi, Đã tiếp nhận, Đã chuyển, Đang xử lý, Đã trả lời. Answered is not "
    "fixed: that is the outcome's to say.",
)
strawberry.enum(Action, name="ReportAction", description="What is done to a report.")
strawberry.enum(Outcome, name="ReportOutcome", description="What came of a report, as the agency answers it.")
strawberry.enum(
    Visibility,
    name="ReportVisibility",
    description="Who may read a report. PRIVATE: its owner, operators, and officers of the agency that has it.",
)
strawberry.enum(
    InboxTab,
    name="ReportInboxTab",
    description="A tab of the officers' inbox. WAITING: whatever the one who asks can act on.",
)
