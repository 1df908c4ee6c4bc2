"""How fast the command is where there are ten thousand definitions: `python -m tests.bench` measures it.

Each row holds a figure against the target that was set for it, most of them as a ratio to something else that
is measured in turns with it, so that the machine and its other work cancel out.
"""
