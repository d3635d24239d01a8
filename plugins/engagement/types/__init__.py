"""The types of engagement's part of the graph: notifications, articles, alerts, and links to others' entities."""
