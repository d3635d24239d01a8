"""The database: sessions for plain synchronous rules, tables and migrations of each plugin."""
