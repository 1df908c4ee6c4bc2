"""The real command, against real git and a real server on loopback."""
