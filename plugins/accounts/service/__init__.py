"""The rules of accounts: plain functions of a session; ``now`` is in microseconds."""
