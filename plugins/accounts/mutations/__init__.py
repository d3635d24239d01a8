"""Mutations of accounts, by what they change; graph.py puts them together."""
