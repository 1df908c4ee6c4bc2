"""What each command does, one file a command: arguments in, text and exit code out. Does I/O."""
