"""The bus: how a command arrives, is carried out and is answered, and how a client sends one."""
