"""What each command does: adapters composed, work done, text returned with an exit code. Does I/O."""
