"""What the subcommands of ``congdanso`` do, by theme."""
