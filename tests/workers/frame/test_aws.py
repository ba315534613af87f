"""What AWS answers, in our words; parameters ten at a time."""

from __future__ import annotations

import asyncio
import threading

import pytest
from botocore.exceptions import ClientError

from tests.workers.frame.fake_aws import FakeAws
from workers.frame.aws import Clients, call, read_parameters, translated
from workers.frame.problems import ServiceDownError, WrongInputError
from workers.frame.retries import RetryPolicy, TransientError

AT_ONCE = RetryPolicy(attempts=3, base_seconds=0)


@pytest.mark.parametrize(
    ("code", "status", "error", "kind"),
    [
        ("ThrottlingException", 400, TransientError, "aws-throttled"),
        ("SlowDown", 503, TransientError, "aws-throttled"),
        ("Whatever", 429, TransientError, "aws-throttled"),
        ("InternalFailure", 500, TransientError, "aws-error"),
        ("RequestTimeout", 400, TransientError, "aws-error"),
        ("Whatever", 502, TransientError, "aws-error"),
        ("NoSuchKey", 404, WrongInputError, "not-found"),
        ("404", 404, WrongInputError, "not-found"),
        ("ResourceNotFoundException", 400, WrongInputError, "not-found"),
        ("PreconditionFailed", 412, WrongInputError, "changed"),
        ("AccessDenied", 403, ServiceDownError, "access-denied"),
        ("AccessDeniedException", 400, ServiceDownError, "access-denied"),
        ("ExpiredTokenException", 400, ServiceDownError, "access-denied"),
        ("ValidationException", 400, WrongInputError, "aws-call-wrong"),
    ],
)
def test_each_answer_has_its_error(code: str, status: int, error: type[Exception], kind: str) -> None:
    metadata = {"HTTPStatusCode": status, "RequestId": "request-1", "HTTPHeaders": {"retry-after": "7"}}
    answer = {"Error": {"Code": code, "Message": "because"}, "ResponseMetadata": metadata}
    with pytest.raises(error) as caught, translated("read it", instance="the thing"):
        raise ClientError(answer, "GetIt")  # type: ignore[arg-type]
    assert isinstance(caught.value, TransientError | ServiceDownError | WrongInputError)
    problem = caught.value.problem
    assert (problem.kind, problem.status, problem.instance) == (kind, status, "the thing")
    assert problem.detail == f"cannot read it: {code}: because"
    assert problem.extensions == {"code": code, "request_id": "request-1"}
    assert isinstance(caught.value.__cause__, ClientError)
    if isinstance(caught.value, TransientError):
        assert caught.value.retry_after == 7


def test_what_does_not_answer_is_tried_again(monkeypatch: pytest.MonkeyPatch, aws: FakeAws) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(TransientError) as caught, translated("read"):
        Clients(retries=1).ssm.get_parameters(Names=["a"])
    assert caught.value.problem.kind == "aws-unreachable"


def test_without_credentials_that_is_said(monkeypatch: pytest.MonkeyPatch, aws: FakeAws) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(ServiceDownError) as caught, translated("read"):
        Clients().ssm.get_parameters(Names=["a"])
    assert caught.value.problem.kind == "credentials-missing"


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_the_region_is_the_environments(monkeypatch: pytest.MonkeyPatch, aws: FakeAws, variable: str) -> None:
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(WrongInputError, match="AWS_REGION is not set"):
        _ = Clients().s3
    monkeypatch.setenv(variable, "eu-west-1")
    assert Clients().s3.meta.region_name == "eu-west-1"


def test_threads_share_one_client(clients: Clients) -> None:
    found, start = [], threading.Barrier(4)

    def ask() -> None:
        start.wait()
        found.append(clients.ssm)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(client) for client in found}) == 1


def test_parameters_are_read_ten_at_a_time_decrypted(aws: FakeAws, clients: Clients) -> None:
    aws.parameters = {f"/p/{number}": f"value {number}" for number in range(23)}
    names = [*aws.parameters, "/missing"]
    assert asyncio.run(read_parameters(clients, names)) == aws.parameters
    asked = aws.called("GetParameters")
    assert [len(one["Names"]) for one in asked] == [10, 10, 4]
    assert all(one["WithDecryption"] for one in asked)
    assert asyncio.run(read_parameters(clients, [])) == {}
    assert len(aws.called("GetParameters")) == 3


def test_a_call_is_tried_again_and_gives_up_in_our_words(aws: FakeAws, clients: Clients) -> None:
    aws.faults["GetParameters"] = [(400, "ThrottlingException"), (500, "InternalServerError")]
    answer = asyncio.run(call("read", clients.ssm.get_parameters, policy=AT_ONCE, Names=["a"]))
    assert answer["InvalidParameters"] == ["a"]
    aws.faults["GetParameters"] = [(400, "ThrottlingException")] * 3
    with pytest.raises(ServiceDownError, match="cannot read: ThrottlingException"):
        asyncio.run(call("read", clients.ssm.get_parameters, policy=AT_ONCE, Names=["a"]))
    assert aws.faults["GetParameters"] == []
