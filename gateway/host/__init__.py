"""The plugin host: finds, checks and starts plugins, and leaves out by name and reason those that fail."""
