"""The Trust Services Criteria, and what the findings of a run say of them."""

from cloudaudit.criteria.assess import assess
from cloudaudit.criteria.catalogue import catalogue, decidable, series

__all__ = ["assess", "catalogue", "decidable", "series"]
