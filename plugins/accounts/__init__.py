"""Accounts: what a person sets, gives, asks and sees of their own account with the city."""
