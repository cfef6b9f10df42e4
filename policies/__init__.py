"""Who may ask what, why: access requests, grants, and the decision on a query."""

from policies.access import AccessRequest, Grant, Grants
from policies.decision import Obligations, Permit

__all__ = ["AccessRequest", "Grant", "Grants", "Obligations", "Permit"]
