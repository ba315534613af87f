"""What a child sees of AWS is the sandbox and nothing of the caller's."""

from __future__ import annotations

import os

from sandbox.environment import child_environment, client_variables

ENDPOINT = "http://127.0.0.1:4000"


def test_nothing_of_the_callers_aws_is_left() -> None:
    parent = {
        "PATH": "/bin",
        "AWS_PROFILE": "production",
        "AWS_SESSION_TOKEN": "x",
        "AWS_CA_BUNDLE": "/x",
        "AWS_ENDPOINT_URL_SQS": "https://example.com",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_REGION": "eu-west-1",
        "AWS_SOMETHING_THAT_A_LATER_SDK_READS": "x",
    }
    child = child_environment(parent, client_variables(ENDPOINT, "us-east-1"))
    assert {name: value for name, value in child.items() if name.startswith("AWS_")} == {
        "AWS_ENDPOINT_URL": ENDPOINT,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    assert child["PATH"] == "/bin"


def test_loopback_is_not_sent_through_a_proxy() -> None:
    child = child_environment({"HTTP_PROXY": "http://example.com", "NO_PROXY": "example.org"}, {})
    assert child["NO_PROXY"] == "example.org,127.0.0.1"
    assert child["no_proxy"] == "127.0.0.1"
    assert child["HTTP_PROXY"] == "http://example.com"
