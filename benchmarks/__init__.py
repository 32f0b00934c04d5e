"""Measurements on a real broker, each a program: `python -m benchmarks.timers`. Nothing here is a test."""
