#!/usr/bin/env bash
# Brings one target to the newest revision as a script on the AWS CLI does it: describe, list, put, list. It is there to be
# measured beside the sync (bench_sync.py) and nothing else runs it: it replaces the whole target, whatever else it had.
set -euo pipefail

revision_of_target() {
  aws events list-targets-by-rule --event-bus-name "$EVENTBRIDGE_BUS_NAME" --rule "$RULE_NAME" \
    --query "Targets[?Id=='$TARGET_ID'].BatchParameters.JobDefinition | [0]" --output text
}

latest=$(aws batch describe-job-definitions --job-definition-name "$JOB_DEFINITION_NAME" --status ACTIVE \
  --query 'max(jobDefinitions[].revision)' --output text)
wanted="$JOB_DEFINITION_NAME:$latest"
if [[ $(revision_of_target) == "$wanted" ]]; then
  echo "$TARGET_ID of $RULE_NAME is on $wanted"
  exit
fi
batch="{\"JobDefinition\": \"$wanted\", \"JobName\": \"$JOB_DEFINITION_NAME\"}"
aws events put-targets --event-bus-name "$EVENTBRIDGE_BUS_NAME" --rule "$RULE_NAME" --output text --targets \
  "[{\"Id\": \"$TARGET_ID\", \"Arn\": \"$JOB_QUEUE_ARN\", \"RoleArn\": \"$EVENTBRIDGE_ROLE_ARN\", \"BatchParameters\": $batch}]"
if [[ $(revision_of_target) != "$wanted" ]]; then
  echo "$TARGET_ID of $RULE_NAME is not on $wanted" >&2
  exit 1
fi
