"""What whoever calls S3 may do, as `callers` has it for other services.

Actions, resources and condition keys: Service Authorization Reference, Amazon S3, and "Required permissions for Amazon
S3 API operations" in its User Guide. Keys of encrypted objects: "Using server-side encryption with AWS KMS keys" and
"Uploading an object using multipart upload" there. It reaches into moto, so its types are loose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree as ET

from moto.iam.access_control import PermissionResult
from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeBucket, s3_backends
from moto.s3.responses import S3Response
from moto.utilities.utils import get_partition

from sandbox import permissions, stored_policies
from sandbox.callers import Right
from sandbox.delivery import arns
from sandbox.delivery.invocation import InvocationError
from sandbox.delivery.refusals import NO_RESOURCE
from sandbox.repairs import around, repair

if TYPE_CHECKING:
    from collections.abc import Iterator

    Query = dict[str, list[str]]

AES_KMS = "aws:kms"
SSE, SSE_KEY = "x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id"
# Headers of PutObject that are condition keys of its right.
OF_PUT = (SSE, SSE_KEY, "x-amz-acl", "x-amz-storage-class")
# What the query of a request makes of it; the first that is there counts. "" is a request without any of them.
OBJECT_ACTIONS = {
    "GET": {
        "uploadId": "ListMultipartUploadParts",
        "acl": "GetObjectAcl",
        "tagging": "GetObjectTagging",
        "attributes": "GetObjectAttributes",
        "versionId": "GetObjectVersion",
        "": "GetObject",
    },
    "HEAD": {"versionId": "GetObjectVersion", "": "GetObject"},
    "PUT": {"acl": "PutObjectAcl", "tagging": "PutObjectTagging", "uploadId": "PutObject", "": "PutObject"},
    "POST": {"uploads": "PutObject", "uploadId": "PutObject", "restore": "RestoreObject", "select": "GetObject"},
    "DELETE": {
        "uploadId": "AbortMultipartUpload",
        "tagging": "DeleteObjectTagging",
        "versionId": "DeleteObjectVersion",
        "": "DeleteObject",
    },
}
BUCKET_ACTIONS = {
    "HEAD": {"": "ListBucket"},
    "GET": {
        "uploads": "ListBucketMultipartUploads",
        "versions": "ListBucketVersions",
        "location": "GetBucketLocation",
        "list-type": "ListBucket",
        "": "ListBucket",
    },
}
# Members of a query that do not change what a request is.
PLAIN = {"partNumber", "prefix", "delimiter", "max-keys", "marker", "start-after", "continuation-token", "fetch-owner"}
PLAIN |= {"encoding-type", "x-id", "AWSAccessKeyId", "Expires", "Signature"}
READS = ("GetObject", "GetObjectVersion")
PRESIGNED = ("X-Amz-Credential", "AWSAccessKeyId")  # by Signature Version 4, and 2
LIST_KEYS = ("prefix", "delimiter", "max-keys")


@repair
def s3_callers_need_their_rights() -> None:
    """A request with a role's or a user's credentials needs the rights of that one, also to be told that a key is none.

    Without `s3:ListBucket` a missing object is `AccessDenied`, with it `NoSuchKey` (S3 API, GetObject, HeadObject).
    moto lets everybody do anything.
    """

    @around(S3Response, "_key_response")
    def key_response(original: Any, response: Any, request: Any, full_url: str) -> Any:
        if _is_asked(response):
            _ask_for_object(response, request, parse_qs(urlsplit(full_url).query, keep_blank_values=True))
        return original(response, request, full_url)

    @around(S3Response, "_bucket_response")
    def bucket_response(original: Any, response: Any, request: Any, full_url: str) -> Any:
        if _is_asked(response):
            _ask_for_bucket(response, request, response._get_querystring(request, full_url))  # noqa: SLF001 - its own way
        return original(response, request, full_url)


@repair
def bucket_policies_are_read_once() -> None:
    """A bucket's policy says of whom and under which conditions it speaks (IAM User Guide, "Policy evaluation logic").

    moto takes a statement for everybody's, whatever its principals and conditions are, and refuses without a word. Here
    the rights of the caller have been decided before.
    """

    @around(FakeBucket, "get_permission")
    def get_permission(original: Any, bucket: Any, action: str, resource: str) -> Any:  # noqa: ARG001 - see above
        return PermissionResult.NEUTRAL


def access_key(response: Any) -> str:
    """Return the key that a request is signed with: in its header or, if it is presigned, in its address.

    moto's `querystring` is the body, if that is a form: what a client calls it that says nothing else of its type.
    """
    if "Authorization" not in response.headers:
        query: Query = parse_qs(response.parsed_url.query)
        for name in PRESIGNED:
            if name in query:
                return query[name][0].partition("/")[0]
    return str(response.access_key)


def _is_asked(response: Any) -> bool:
    """Tell whether the caller is somebody whose rights are limited."""
    response.access_key = access_key(response)
    return stored_policies.find_session(response.access_key) is not None


def _ask_for_object(response: Any, request: Any, query: Query) -> None:
    action = _action(OBJECT_ACTIONS, request.method, query)
    if action is None:  # nothing is known of its rights, as of those of most calls
        return
    key = response.parse_key_name()
    resource = _arn(response, f"{response.bucket_name}/{key}")
    context: dict[str, str | list[str]] = {}
    if "versionId" in query:
        context["s3:versionid"] = query["versionId"][0]
    if action == "PutObject":
        context |= {f"s3:{name}": request.headers[name] for name in OF_PUT if name in request.headers}
    _ask(response, Right(f"s3:{action}", resource, context))
    if _bucket(response.bucket_name) is None:
        return
    if action in READS:
        found = _find(response.bucket_name, key, query.get("versionId", [None])[0])
        if found is None:
            _ask(response, Right("s3:ListBucket", _arn(response, response.bucket_name)))
        else:
            _ask_for_key(response, found.encryption, found.kms_key_id, resource, "kms:Decrypt")
    elif action == "PutObject":
        _ask_for_write(response, request, query, resource)


def _ask_for_write(response: Any, request: Any, query: Query, resource: str) -> None:
    """Ask for what an object that is written needs beside PutObject: its tags and ACL, its source, its key."""
    for header, action in (("x-amz-tagging", "PutObjectTagging"), ("x-amz-acl", "PutObjectAcl")):
        if header in request.headers:
            _ask(response, Right(f"s3:{action}", resource))
    source = unquote(request.headers.get("x-amz-copy-source", "")).lstrip("/").partition("?")[0]
    if source:
        _ask(response, Right("s3:GetObject", _arn(response, source)))
    encryption, key = request.headers.get(SSE), request.headers.get(SSE_KEY)
    upload = _upload(response.bucket_name, query["uploadId"][0]) if "uploadId" in query else None
    if upload is not None:
        encryption, key = upload.sse_encryption, upload.kms_key_id
    default = _default_encryption(response.bucket_name)
    encryption, key = encryption or default.get("SSEAlgorithm"), key or default.get("KMSMasterKeyID")
    # A part is encrypted with what the upload began with, which has to be decrypted first.
    needed = (
        ("kms:GenerateDataKey", "kms:Decrypt") if {"uploads", "uploadId"} & set(query) else ("kms:GenerateDataKey",)
    )
    _ask_for_key(response, encryption, key, resource, *needed)


def _ask_for_bucket(response: Any, request: Any, query: Query) -> None:
    bucket = response.bucket_name
    if not bucket:
        _ask(response, Right("s3:ListAllMyBuckets", "*"))
    elif request.method == "POST" and "delete" in query:
        for key in _keys_to_delete(response.body):
            _ask(response, Right("s3:DeleteObject", _arn(response, f"{bucket}/{key}")))
    else:
        action = _action(BUCKET_ACTIONS, request.method, query)
        if action is not None:
            # A key that the request does not have is no key at all: no condition on it holds then.
            sent = {f"s3:{name}": query[name][0] for name in LIST_KEYS if name in query and request.method == "GET"}
            _ask(response, Right(f"s3:{action}", _arn(response, bucket), dict(sent)))


def _action(actions: dict[str, dict[str, str]], method: str, query: Query) -> str | None:
    """Return the right that a request needs, without the service; None if it is not known here."""
    known = actions.get(method, {})
    for name, action in known.items():
        if name in query:
            return action
    others = {name for name in query if name not in PLAIN and not name.lower().startswith(("x-amz-", "response-"))}
    return known.get("") if not others else None


def _ask(response: Any, right: Right) -> None:
    try:
        permissions.principal_may(
            response.access_key, right.action, right.resource, right.context, region=response.region
        )
    except InvocationError as error:
        if error.code != NO_RESOURCE:  # a bucket that is not there is refused by the call itself
            raise S3ClientError("AccessDenied", error.message) from None


def _ask_for_key(response: Any, encryption: str | None, key: str | None, resource: str, *actions: str) -> None:
    """Ask for the use of a customer's key, which S3 uses with the rights of whoever calls.

    With a bucket key the encryption context is the bucket's ARN, without one the object's. AWS's own key of S3 is for
    everybody in the account.
    """
    if encryption != AES_KMS or not key:
        return
    account = s3_backends.bucket_accounts.get(response.bucket_name, ("", ""))[1]
    found = stored_policies.find_key(key, account, response.region)
    if found is None or found.managed_for:
        return
    name = response.bucket_name if _has_bucket_key(response.bucket_name) else None
    context: dict[str, str | list[str]] = {
        "kms:ViaService": arns.endpoint("s3", response.region),
        "kms:CallerAccount": response.current_account,
        "kms:EncryptionContext:aws:s3:arn": _arn(response, name) if name else resource,
    }
    for action in actions:
        _ask(response, Right(action, found.arn, context))


def _arn(response: Any, resource: str) -> str:
    return f"arn:{get_partition(response.region)}:s3:::{resource}"


def _bucket(name: str) -> Any:
    backends: Any = s3_backends
    partition, account = backends.bucket_accounts.get(name, ("", ""))
    return backends[account][partition].buckets.get(name) if account else None


def _find(bucket: str, key: str, version: str | None) -> Any:
    """Return an object of a bucket that is there, as moto keeps it; None if it is not there itself."""
    backends: Any = s3_backends
    partition, account = backends.bucket_accounts[bucket]
    return backends[account][partition].get_object(bucket, key, version_id=version)


def _upload(bucket: str, identifier: str) -> Any:
    found = _bucket(bucket)
    return found.multiparts.get(identifier) if found is not None else None


def _default_encryption(bucket: str) -> dict[str, str]:
    """Return what a bucket encrypts its objects with, if they do not say."""
    rule = _encryption_rule(bucket)
    default: dict[str, str] = rule.get("ApplyServerSideEncryptionByDefault") or {}
    return default


def _has_bucket_key(bucket: str) -> bool:
    return str(_encryption_rule(bucket).get("BucketKeyEnabled")).lower() == "true"


def _encryption_rule(bucket: str) -> dict[str, Any]:
    found = _bucket(bucket)
    rule: dict[str, Any] = (found.encryption or {}).get("Rule") or {} if found is not None else {}
    return rule


def _keys_to_delete(body: bytes) -> Iterator[str]:
    """Yield the keys of a DeleteObjects request, whose right is that of DeleteObject for each."""
    for each in ET.fromstring(body).iter():  # noqa: S314 - a program of this machine sent it
        if each.tag.rpartition("}")[2] == "Key":
            yield each.text or ""
