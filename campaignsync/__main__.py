"""Run the command line as ``python -m campaignsync``."""

from campaignsync.cli import main

if __name__ == "__main__":
    main()
