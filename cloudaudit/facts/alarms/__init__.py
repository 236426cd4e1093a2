"""Which events and metrics raise an alarm."""

from cloudaudit.facts.alarms.offered import FACTS

__all__ = ["FACTS"]
