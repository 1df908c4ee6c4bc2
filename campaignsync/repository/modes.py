"""Git's modes of what is neither a file nor a folder (git-fast-import(1), "filemodify"). Pure."""

LINK = "120000"
SUBMODULE = "160000"
