"""The table of bad definitions: each ends with exit code 3, at the right place, without a traceback."""

from tests.integration.bad_case import BAD, GOOD, OTHER, Case, Expected, lay_out
from tests.integration.bad_files import FILES
from tests.integration.bad_habits import HABITS
from tests.integration.bad_modes import MODES
from tests.integration.bad_values import VALUES
from tests.integration.bad_yaml import YAML

__all__ = ["BAD", "CASES", "GOOD", "OTHER", "Case", "Expected", "lay_out"]

CASES = (*VALUES, *MODES, *YAML, *HABITS, *FILES)
"""All of them; no two have one name."""
