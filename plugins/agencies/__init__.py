"""Cơ quan nhà nước: the city's agencies, and which of them answers for what, where."""
