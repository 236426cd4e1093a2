"""What only a live account has: types that Terraform does not know, with their attributes.

Ages and the like are whole days at the time of the answer, since expressions have no clock.
"""

from typing import Any

LIVE_ONLY: dict[str, dict[str, Any]] = {}
