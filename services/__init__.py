"""Lianxi's services: each folder one responsibility, with a pure core and its edges."""
