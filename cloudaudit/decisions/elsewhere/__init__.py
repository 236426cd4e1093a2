"""What people accepted in the ways of other scanners, read as it stands there: nothing looked up, nothing dropped."""

from cloudaudit.decisions.elsewhere.accepted import EVERYTHING, Accepted
from cloudaudit.decisions.elsewhere.files import NAMES, read
from cloudaudit.decisions.elsewhere.remarks import remarks

__all__ = ["EVERYTHING", "NAMES", "Accepted", "read", "remarks"]
