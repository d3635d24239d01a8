"""The types of the graph, one noun a file."""
