"""campaignsync: definitions of voice campaigns in git become exactly one campaign each."""

__version__ = "0.1.0"
