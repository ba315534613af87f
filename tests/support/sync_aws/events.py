"""EventBridge: buses, rules and targets."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from typing import Any

from tests.support.sync_aws.errors import Refusal
from tests.support.sync_aws.pages import Paging, unordered
from tests.support.sync_aws.resources import bus_name

Target = dict[str, Any]

TARGETS_OF_A_RULE = 5
ENTRIES = 10
EVENTS_BYTES = 262_144


@dataclass
class Rule:
    """A rule; its targets are kept as the wire has them, with members that this botocore may not know."""

    targets: dict[str, Target] = field(default_factory=dict)
    managed_by: str | None = None


@dataclass
class Events:
    """EventBridge of one account and region."""

    account: str
    region: str
    paging: Paging
    buses: dict[str, dict[str, Rule]] = field(default_factory=lambda: {"default": {}})
    received: list[dict[str, Any]] = field(default_factory=list)

    def rule_arn(self, bus: str, rule: str) -> str:
        path = rule if bus == "default" else f"{bus}/{rule}"
        return f"arn:aws:events:{self.region}:{self.account}:rule/{path}"

    def _bus(self, given: str | None) -> tuple[str, dict[str, Rule]]:
        name = bus_name(self.account, self.region, given)
        if name not in self.buses:
            raise Refusal("ResourceNotFoundException", f"Event bus {name} does not exist.")
        return name, self.buses[name]

    def _rule(self, asked: dict[str, Any]) -> tuple[str, Rule]:
        name, rules = self._bus(asked.get("EventBusName"))
        if asked["Rule"] not in rules:
            raise Refusal("ResourceNotFoundException", f"Rule {asked['Rule']} does not exist on EventBus {name}.")
        return name, rules[asked["Rule"]]

    def list_rules(self, asked: dict[str, Any]) -> dict[str, Any]:
        name, rules = self._bus(asked.get("EventBusName"))
        names = unordered((rule for rule in rules if rule.startswith(asked.get("NamePrefix", ""))), self.region)
        page, token = self.paging.page(names, asked=asked.get("Limit"), most=100, token=asked.get("NextToken"))
        found = [
            {"Name": rule, "Arn": self.rule_arn(name, rule), "State": "ENABLED", "EventBusName": name} for rule in page
        ]
        return {"Rules": found} | ({"NextToken": token} if token else {})

    def list_targets_by_rule(self, asked: dict[str, Any]) -> dict[str, Any]:
        _, rule = self._rule(asked)
        names = unordered(rule.targets, self.region)
        page, token = self.paging.page(names, asked=asked.get("Limit"), most=100, token=asked.get("NextToken"))
        found = [copy.deepcopy(rule.targets[name]) for name in page]
        return {"Targets": found} | ({"NextToken": token} if token else {})

    def put_targets(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Replace the whole of each target that is given: a member that is not sent is gone."""
        _, rule = self._rule(asked)
        if rule.managed_by:
            raise Refusal("ManagedRuleException", f"Rule {asked['Rule']} is managed by {rule.managed_by}.")
        after = {**rule.targets, **{target["Id"]: copy.deepcopy(target) for target in asked["Targets"]}}
        if len(after) > max(TARGETS_OF_A_RULE, len(rule.targets)):
            raise Refusal("LimitExceededException", "The requested resource exceeds the maximum number allowed.")
        rule.targets = after
        return {"FailedEntryCount": 0, "FailedEntries": []}

    def put_events(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Take up to ten entries; each is accepted or refused by itself."""
        entries = asked["Entries"]
        if len(entries) > ENTRIES:
            raise Refusal("ValidationException", "Member must have length less than or equal to 10")
        if sum(len(json.dumps(entry).encode()) for entry in entries) > EVENTS_BYTES:
            raise Refusal("ValidationException", "Total size of the entries in the request is over the limit.", 413)
        answers = [self._entry(entry) for entry in entries]
        return {"FailedEntryCount": sum("ErrorCode" in answer for answer in answers), "Entries": answers}

    def _entry(self, entry: dict[str, Any]) -> dict[str, Any]:
        if any(not entry.get(name) for name in ("Source", "DetailType", "Detail")):
            return {"ErrorCode": "InvalidArgument", "ErrorMessage": "Source, DetailType and Detail are required."}
        if entry["Source"].startswith("aws."):
            return {"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": "Not authorized for the source."}
        try:
            detail = json.loads(entry["Detail"])
        except ValueError:
            detail = None
        if not isinstance(detail, dict):
            return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
        self.received.append({**entry, "Detail": detail})
        return {"EventId": f"{len(self.received):08d}-0000-0000-0000-000000000000"}
