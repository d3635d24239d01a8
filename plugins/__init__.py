"""The feature groups, a folder each. The host adds the folder beside plugins.toml to this package's path."""
