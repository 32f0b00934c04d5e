"""Measurements on a real broker, each a program: `python -m benchmarks.NAME`. Nothing here is a test: a busy machine is not a fault."""
