"""Phản ánh kiến nghị: what citizens report to the city, and the way of a report to its answer."""
