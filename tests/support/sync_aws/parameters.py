"""Parameter Store: values, versions and their history. It has no conditional write, and neither has this."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support.sync_aws.errors import Refusal, invalid
from tests.support.sync_aws.pages import Paging

STANDARD_BYTES = 4096
VERSIONS = 100
LEVELS = 15


@dataclass(frozen=True)
class Version:
    version: int
    value: str
    type: str
    modified: float


@dataclass
class Parameters:
    """Parameter Store of one account and region."""

    account: str
    region: str
    paging: Paging
    now: Callable[[], float]
    stored: dict[str, list[Version]] = field(default_factory=dict)

    def put_parameter(self, asked: dict[str, Any]) -> dict[str, Any]:
        name, value = asked["Name"], asked["Value"]
        self._judge(name, value)
        versions = self.stored.get(name, [])
        if versions and not asked.get("Overwrite", False):
            raise Refusal(
                "ParameterAlreadyExists",
                "The parameter already exists. To overwrite this value, set the overwrite option in the request to "
                "true.",
            )
        kind = asked.get("Type") or (versions[-1].type if versions else None)
        if kind is None:
            raise invalid("A parameter type is required when you create a parameter.")
        version = versions[-1].version + 1 if versions else 1
        self.stored[name] = [*versions, Version(version, value, kind, self.now())][-VERSIONS:]
        return {"Version": version, "Tier": "Standard"}

    @staticmethod
    def _judge(name: str, value: str) -> None:
        if not re.fullmatch(r"[a-zA-Z0-9_.\-/]+", name) or name.count("/") > LEVELS:
            raise invalid("Parameter name must be a fully qualified name of letters, numbers and .-_ in 15 levels.")
        if "/" in name and not name.startswith("/"):
            raise invalid("Parameter name: must be a fully qualified name.")
        if name.lstrip("/").lower().startswith(("aws", "ssm")):
            raise Refusal("AccessDeniedException", "No access to reserved parameter name: " + name)
        if not value:
            raise invalid("Value '' at 'value' failed to satisfy constraint: Member must have length greater than 0.")
        if "{{" in value:
            raise invalid("Parameter value can't nest another parameter. Do not use {{}} in the value.")
        if len(value.encode()) > STANDARD_BYTES:
            raise invalid(
                "Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger "
                "parameter value, upgrade the parameter to use the advanced-parameter tier."
            )

    def _found(self, given: str) -> tuple[str, Version] | None:
        name, _, selector = given.partition(":")
        versions = self.stored.get(name)
        if not versions:
            return None
        if not selector:
            return name, versions[-1]
        chosen = [version for version in versions if str(version.version) == selector]
        if not chosen:
            raise Refusal("ParameterVersionNotFound", f"Systems Manager could not find version {selector} of {name}.")
        return name, chosen[0]

    def _described(self, name: str, version: Version) -> dict[str, Any]:
        return {
            "Name": name,
            "Type": version.type,
            "Value": version.value,
            "Version": version.version,
            "LastModifiedDate": version.modified,
            "ARN": f"arn:aws:ssm:{self.region}:{self.account}:parameter/{name.lstrip('/')}",
            "DataType": "text",
        }

    def get_parameter(self, asked: dict[str, Any]) -> dict[str, Any]:
        found = self._found(asked["Name"])
        if found is None:
            raise Refusal("ParameterNotFound")
        return {"Parameter": self._described(*found)}

    def get_parameters(self, asked: dict[str, Any]) -> dict[str, Any]:
        if len(asked["Names"]) > 10:
            raise invalid("Member must have length less than or equal to 10")
        found = {name: self._found(name) for name in asked["Names"]}
        return {
            "Parameters": [self._described(*of) for of in found.values() if of],
            "InvalidParameters": [name for name, of in found.items() if not of],
        }

    def get_parameters_by_path(self, asked: dict[str, Any]) -> dict[str, Any]:
        start = asked["Path"].rstrip("/") + "/"
        deep = asked.get("Recursive", False)
        names = [
            name for name in sorted(self.stored) if name.startswith(start) and (deep or "/" not in name[len(start) :])
        ]
        page, token = self.paging.page(names, asked=asked.get("MaxResults"), most=10, token=asked.get("NextToken"))
        found = [self._described(name, self.stored[name][-1]) for name in page]
        return {"Parameters": found} | ({"NextToken": token} if token else {})

    def get_parameter_history(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["Name"] not in self.stored:
            raise Refusal("ParameterNotFound")
        versions = self.stored[asked["Name"]]
        page, token = self.paging.page(versions, asked=asked.get("MaxResults"), most=50, token=asked.get("NextToken"))
        found = [
            {key: of for key, of in self._described(asked["Name"], version).items() if key != "ARN"} for version in page
        ]
        return {"Parameters": found} | ({"NextToken": token} if token else {})

    def delete_parameter(self, asked: dict[str, Any]) -> dict[str, Any]:
        if self.stored.pop(asked["Name"], None) is None:
            raise Refusal("ParameterNotFound")
        return {}

    def delete_parameters(self, asked: dict[str, Any]) -> dict[str, Any]:
        gone = [name for name in asked["Names"] if self.stored.pop(name, None)]
        return {"DeletedParameters": gone, "InvalidParameters": [name for name in asked["Names"] if name not in gone]}
