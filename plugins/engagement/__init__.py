"""Tương tác: what the city tells its citizens. Notifications, news, urgent alerts."""
