"""Intake (来电登记与个案): owns contacts and cases; the only service that can read personal fields."""
