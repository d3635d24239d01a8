"""The rules of engagement: plain functions of a Session, one file for each of inbox, news and alerts."""
