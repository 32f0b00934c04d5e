"""How fast the running stack is, against a stated limit. Nothing here is a test: a busy machine is not a fault."""
