"""Names that a spec cannot use. Standard library only: harness/target.py must run before anything is installed."""

from __future__ import annotations

from typing import Final

# Working folders beside .build/<env>; harness/target.py has the same names.
RESERVED: Final = ("awscli", "checkov", "modules", "provider-download", "providers", "sandbox", "venv")

# The tags of the naming standard, and the field that each comes from.
NAMING_TAGS: Final = {
    "ResourceOwner": "resource_owner",
    "BillingEntity": "billing_entity",
    "BillingDomain": "billing_domain",
    "SecurityDomain": "security_domain",
    "Region": "aws_region_short_code",
}
# Tags on everything that no spec can change: they say whose it is and what made it.
OWN_TAGS: Final = ("Environment", "ManagedBy", *NAMING_TAGS)
