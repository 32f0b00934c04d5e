"""The demonstration: half a year of a city hotline, played through the same commands that people use."""
