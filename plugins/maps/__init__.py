"""Bản đồ: the city's 168 wards, which of them holds a point, what they were called before, and what is on the map."""
