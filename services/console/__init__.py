"""The command line, `lianxi`: what officials, units and auditors type."""
