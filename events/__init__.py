"""What is said on the bus: facts, the commit that carries them, subjects, code lists, the calendar, and the schemas."""
