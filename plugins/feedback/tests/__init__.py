"""Tests of reports, asked as a client asks."""
