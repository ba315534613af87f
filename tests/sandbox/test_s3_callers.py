"""Requests to S3 with a role's credentials need its rights, and a missing key shows only to who may list."""

from __future__ import annotations

import io
import json
import urllib.error
import urllib.request
import uuid
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox import permissions, server
from sandbox.delivery.invocation import InvocationError
from tests.sandbox import account
from tests.sandbox.calling import Client, clients
from tests.sandbox.conftest import ACCOUNT, REGION
from tests.sandbox.ecs_bench import allow, policy

EVERYBODY = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}
PART = 5 << 20  # bytes: the smallest part


def session(aws: Client, name: str, *statements: dict[str, Any]) -> dict[str, str]:
    """Make a role with these rights, and return credentials of it."""
    iam = aws("iam")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(EVERYBODY))["Role"]["Arn"]
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policy(*statements))
    return dict(aws("sts").assume_role(RoleArn=role, RoleSessionName="run")["Credentials"])


def s3_client(endpoint: str, taken: dict[str, str], **fields: Any) -> Any:
    """A client with the credentials of a session."""
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=taken["AccessKeyId"],
        aws_secret_access_key=taken["SecretAccessKey"],
        aws_session_token=taken["SessionToken"],
        **fields,
    )


class S3Bench:
    """One test's own bucket, with one object, and roles that have what the test gives them."""

    def __init__(self, box: server.Sandbox) -> None:
        self.box, self.name = box, f"t-{uuid.uuid4().hex[:12]}"
        self.aws = clients(box)
        self.admin = self.aws("s3")
        self.admin.create_bucket(Bucket=self.name)
        self.admin.put_object(Bucket=self.name, Key="in/report.csv", Body=b"0123456789")
        self.bucket = f"arn:aws:s3:::{self.name}"
        self.roles = 0

    def role_name(self) -> str:
        return f"{self.name}-{self.roles}"

    def s3(self, *statements: dict[str, Any], **fields: Any) -> Any:
        """A client with the credentials of a new role that has these rights."""
        self.roles += 1
        return s3_client(self.box.endpoint, session(self.aws, self.role_name(), *statements), **fields)

    def calls(self, **fields: Any) -> list[dict[str, Any]]:
        """The record of the last role that was made."""
        found: list[dict[str, Any]] = self.box.ask("calls", role=self.role_name(), **fields)["calls"]
        return found

    def asked(self) -> list[tuple[Any, ...]]:
        return [(each["action"], each["resource"], each["allowed"]) for each in self.calls()]


@pytest.fixture
def bench(repaired: server.Sandbox) -> S3Bench:
    return S3Bench(repaired)


def denied(call: Any, **arguments: Any) -> str:
    """Call, and return the words of the refusal."""
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    error = refused.value.response
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert error["Error"]["Code"] in ("AccessDenied", "403"), error["Error"]
    return str(error["Error"]["Message"])


def test_s3_callers_need_their_rights(aws: Client, name: str) -> None:
    """The same with the object and without it, so that nobody learns what is there."""
    aws("s3").create_bucket(Bucket=name)
    aws("s3").put_object(Bucket=name, Key="k", Body=b"x")
    own = s3_client(aws("s3").meta.endpoint_url, session(aws, name))
    for key in ("k", "none"):
        assert denied(own.get_object, Bucket=name, Key=key) == (
            f"User: arn:aws:sts::{ACCOUNT}:assumed-role/{name}/run is not authorized to perform: s3:GetObject on "
            f"resource: arn:aws:s3:::{name}/{key} because no identity-based policy allows the s3:GetObject action"
        )


def test_bucket_policies_are_read_once(aws: Client, name: str) -> None:
    """The usual statement against connections without TLS refuses nobody who has it."""
    aws("s3").create_bucket(Bucket=name)
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    deny = allow("s3:*", f"arn:aws:s3:::{name}/*") | {"Effect": "Deny", "Principal": "*", "Condition": insecure}
    aws("s3").put_bucket_policy(Bucket=name, Policy=policy(deny))
    aws("s3").put_object(Bucket=name, Key="k", Body=b"x")
    assert aws("s3").get_object(Bucket=name, Key="k")["Body"].read() == b"x"


def test_missing_key_shows_only_to_who_may_list(bench: S3Bench) -> None:
    reads = allow("s3:GetObject", f"{bench.bucket}/in/*")
    named = {"Bucket": bench.name, "Key": "in/none"}
    s3 = bench.s3(reads)
    assert "s3:ListBucket" in denied(s3.get_object, **named)
    denied(s3.head_object, **named)
    assert bench.asked()[:2] == [
        ("s3:GetObject", f"{bench.bucket}/in/none", True),
        ("s3:ListBucket", bench.bucket, False),
    ]
    s3 = bench.s3(reads, allow("s3:ListBucket", bench.bucket))
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(**named)
    with pytest.raises(ClientError, match="404"):
        s3.head_object(**named)
    # The question behind a missing key names no prefix, so a right to list one prefix does not answer it.
    s3 = bench.s3(reads, allow("s3:ListBucket", bench.bucket, StringLike={"s3:prefix": "in/*"}))
    denied(s3.get_object, **named)


def test_objects_are_read_written_and_deleted_with_their_rights(bench: S3Bench) -> None:
    named = {"Bucket": bench.name, "Key": "out/a"}
    s3 = bench.s3(allow(["s3:PutObject", "s3:GetObject", "s3:DeleteObject"], f"{bench.bucket}/out/*"))
    s3.put_object(**named, Body=b"x")
    assert s3.get_object(**named, Range="bytes=0-0")["Body"].read() == b"x"
    assert s3.head_object(**named)["ContentLength"] == 1
    s3.delete_object(**named)
    resource = f"{bench.bucket}/out/a"
    actions = ("s3:PutObject", "s3:GetObject", "s3:GetObject", "s3:DeleteObject")
    assert bench.asked() == [(action, resource, True) for action in actions]
    elsewhere = named | {"Key": "in/report.csv"}
    for call, action in ((s3.get_object, "GetObject"), (s3.delete_object, "DeleteObject")):
        assert f"s3:{action}" in denied(call, **elsewhere)
    assert "s3:PutObject" in denied(s3.put_object, **elsewhere, Body=b"y")
    denied(s3.delete_objects, Bucket=bench.name, Delete={"Objects": [{"Key": "out/b"}, {"Key": "in/report.csv"}]})
    assert bench.admin.get_object(**elsewhere)["Body"].read() == b"0123456789", "nothing was done"


def test_upload_in_parts_needs_the_right_to_put(bench: S3Bench) -> None:
    named = {"Bucket": bench.name, "Key": "big"}
    s3 = bench.s3(allow("s3:PutObject", f"{bench.bucket}/big"))
    upload = s3.create_multipart_upload(**named)["UploadId"]
    bodies = (b"a" * PART, b"b")
    parts = [
        {"PartNumber": number, "ETag": s3.upload_part(**named, UploadId=upload, PartNumber=number, Body=body)["ETag"]}
        for number, body in enumerate(bodies, 1)
    ]
    s3.complete_multipart_upload(**named, UploadId=upload, MultipartUpload={"Parts": parts})
    assert {each[0] for each in bench.asked()} == {"s3:PutObject"}
    assert len(bench.asked()) == 4
    assert "s3:AbortMultipartUpload" in denied(s3.abort_multipart_upload, **named, UploadId=upload)
    s3 = bench.s3()
    assert "s3:PutObject" in denied(s3.create_multipart_upload, **named)
    assert "s3:PutObject" in denied(s3.upload_part, **named, UploadId=upload, PartNumber=1, Body=b"")


def test_listing_says_its_prefix(bench: S3Bench) -> None:
    own = allow("s3:ListBucket", bench.bucket, StringLike={"s3:prefix": "in/*"})
    s3 = bench.s3(own)
    found = s3.list_objects_v2(Bucket=bench.name, Prefix="in/", MaxKeys=5)
    assert [each["Key"] for each in found["Contents"]] == ["in/report.csv"]
    for other in ({"Prefix": "out/"}, {"Prefix": ""}, {}):
        denied(s3.list_objects_v2, Bucket=bench.name, **other)
    denied(s3.head_bucket, Bucket=bench.name)
    sent = [each["context"] for each in bench.calls()]
    assert sent[0] == {"s3:prefix": "in/", "s3:max-keys": "5"}
    assert sent[1:] == [{"s3:prefix": "out/"}, {"s3:prefix": ""}, {}, {}]


def test_copy_needs_both_ends(bench: S3Bench) -> None:
    named = {"Bucket": bench.name, "Key": "out/a", "CopySource": {"Bucket": bench.name, "Key": "in/report.csv"}}
    writes, reads = allow("s3:PutObject", f"{bench.bucket}/out/*"), allow("s3:GetObject", f"{bench.bucket}/in/*")
    assert "s3:GetObject" in denied(bench.s3(writes).copy_object, **named)
    bench.s3(writes, reads).copy_object(**named)


def test_bucket_policy_gives_and_takes(bench: S3Bench) -> None:
    s3 = bench.s3()
    role = f"arn:aws:iam::{ACCOUNT}:role/{bench.role_name()}"
    gives = allow("s3:GetObject", f"{bench.bucket}/*") | {"Principal": {"AWS": role}}
    takes = allow("s3:GetObject", f"{bench.bucket}/secret/*") | {"Principal": "*", "Effect": "Deny"}
    bench.admin.put_bucket_policy(Bucket=bench.name, Policy=policy(gives, takes))
    assert s3.get_object(Bucket=bench.name, Key="in/report.csv")["Body"].read() == b"0123456789"
    assert "explicit deny" in denied(s3.get_object, Bucket=bench.name, Key="secret/x")


def test_bucket_of_another_account_has_to_allow_it_too(account_in_process: None) -> None:
    """Its ARN does not say whose it is. A server has one account; so this asks without one."""
    there = "arn:aws:iam::111122223333:role/owner"
    owner = account.client("sts").assume_role(RoleArn=there, RoleSessionName="run")["Credentials"]
    s3 = boto3.client(
        "s3", region_name=REGION, aws_access_key_id=owner["AccessKeyId"], aws_secret_access_key=owner["SecretAccessKey"]
    )
    s3.create_bucket(Bucket="elsewhere")
    reads = allow("s3:GetObject", "arn:aws:s3:::elsewhere/*")
    asked = (session(account.client, "reader", reads)["AccessKeyId"], "s3:GetObject", "arn:aws:s3:::elsewhere/k")
    with pytest.raises(InvocationError, match="no resource-based policy allows the s3:GetObject action"):
        permissions.principal_may(*asked)
    gives = reads | {"Principal": {"AWS": f"arn:aws:iam::{account.ACCOUNT}:role/reader"}}
    s3.put_bucket_policy(Bucket="elsewhere", Policy=policy(gives))
    permissions.principal_may(*asked)


def test_encrypted_object_needs_its_key(bench: S3Bench) -> None:
    delegates = allow("kms:*", "*") | {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
    key = bench.aws("kms").create_key(Policy=policy(delegates))["KeyMetadata"]["Arn"]
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": default}]}
    bench.admin.put_bucket_encryption(Bucket=bench.name, ServerSideEncryptionConfiguration=rules)
    objects = allow(["s3:GetObject", "s3:PutObject"], f"{bench.bucket}/*")
    named = {"Bucket": bench.name, "Key": "a"}
    assert "kms:GenerateDataKey" in denied(bench.s3(objects).put_object, **named, Body=b"x")
    via = {"kms:ViaService": f"s3.{REGION}.amazonaws.com", "kms:EncryptionContext:aws:s3:arn": f"{bench.bucket}/a"}
    s3 = bench.s3(objects, allow("kms:GenerateDataKey", key, StringEquals=via))
    s3.put_object(**named, Body=b"x")
    assert "kms:Decrypt" in denied(s3.get_object, **named)
    assert "kms:Decrypt" in denied(s3.create_multipart_upload, **named)
    s3 = bench.s3(objects, allow(["kms:GenerateDataKey", "kms:Decrypt"], key, StringEquals=via))
    assert s3.get_object(**named)["Body"].read() == b"x"
    s3.create_multipart_upload(**named)


@pytest.mark.parametrize("signature", ["s3", "s3v4"])
def test_presigned_request_has_the_rights_of_who_signed_it(bench: S3Bench, signature: str) -> None:
    def read(*statements: dict[str, Any]) -> bytes:
        s3 = bench.s3(*statements, config=Config(signature_version=signature))
        url = s3.generate_presigned_url("get_object", Params={"Bucket": bench.name, "Key": "in/report.csv"})
        with urllib.request.urlopen(url) as answer:  # noqa: S310 - the sandbox's own address
            found: bytes = answer.read()
        return found

    with pytest.raises(urllib.error.HTTPError, match="403"):
        read()
    assert read(allow("s3:GetObject", f"{bench.bucket}/*")) == b"0123456789"


@pytest.mark.parametrize("signature", ["s3", "s3v4"])
def test_presigned_request_cannot_hide_who_signed_it(bench: S3Bench, signature: str) -> None:
    """moto takes a body of such a type, which clients send unless told otherwise, for the query."""
    s3 = bench.s3(config=Config(signature_version=signature))
    url = s3.generate_presigned_url("put_object", Params={"Bucket": bench.name, "Key": "x"})
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    request = urllib.request.Request(url, data=b"AWSAccessKeyId=test", headers=form, method="PUT")  # noqa: S310 - its own
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request)  # noqa: S310 - as above
    (call,) = bench.calls()
    assert (call["action"], call["allowed"]) == ("s3:PutObject", False)


def test_bucket_that_is_not_there(bench: S3Bench) -> None:
    s3 = bench.s3()
    with pytest.raises(s3.exceptions.NoSuchBucket):
        s3.get_object(Bucket=f"{bench.name}-none", Key="x")
    (call,) = bench.calls()
    assert (call["action"], call["allowed"]) == ("s3:GetObject", None)


def test_administrator_is_not_asked(bench: S3Bench) -> None:
    before = len(bench.box.ask("calls")["calls"])
    bench.admin.upload_fileobj(io.BytesIO(json.dumps({}).encode()), bench.name, "x")
    assert [each for each in bench.box.ask("calls")["calls"][before:] if bench.name in each["resource"]] == []
