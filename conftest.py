"""Fixtures for every test: the city of plugins.toml."""

pytest_plugins = ["gateway.host.testing"]
