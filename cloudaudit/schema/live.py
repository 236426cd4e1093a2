"""What only a live account has: types that Terraform does not know, with their attributes.

Ages and the like are whole days at the time of the answer, since expressions have no clock.
"""

from typing import Any

LIVE_ONLY: dict[str, dict[str, Any]] = {}

# What only AWS says of a type that Terraform knows. Facts read it; elsewhere it is not there.
LIVE_ATTRIBUTES: dict[str, dict[str, Any]] = {
    "aws_network_interface": {"public_ip": "string"},  # Terraform shows addresses of instances and elastic ones
}
