"""One adapter each, against the real thing."""
