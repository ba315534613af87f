"""`review.junit.xml` has a case for each thing proved or checked, fails with the verdict, and is well-formed."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from review.finding import Severity
from review.output.junit import render
from tests.review.output import made


def parsed(name: str) -> ET.Element:
    return ET.fromstring(render(made.ALL[name]()).encode())  # noqa: S314 - we have just written it


def suites(name: str) -> dict[str, ET.Element]:
    return {each.get("name", ""): each for each in parsed(name)}


@pytest.mark.parametrize("name", made.ALL)
def test_it_is_well_formed_and_its_numbers_are_right(name: str) -> None:
    root = parsed(name)
    for each in [root, *root]:
        cases = list(each.iter("testcase"))
        assert each.get("tests") == str(len(cases))
        assert each.get("failures") == str(len(list(each.iter("failure"))))
        assert each.get("skipped") == str(len(list(each.iter("skipped"))))
        assert all(len(case.findall("failure") + case.findall("skipped")) <= 1 for case in cases)
        assert all(case.get("name") and case.get("classname", "").startswith("review.") for case in cases)


@pytest.mark.parametrize("name", made.ALL)
def test_it_fails_when_the_verdict_is_no(name: str) -> None:
    root = parsed(name)
    assert (root.get("failures") == "0") is made.ALL[name]().passes


@pytest.mark.parametrize("name", ["usual", "large"])
def test_every_finding_that_fails_is_in_a_failure(name: str) -> None:
    root = parsed(name)
    texts = "\n".join(each.text or "" for each in root.iter("failure"))
    for each in made.ALL[name]().findings:
        if each.severity is Severity.FAIL:
            for line in (each.title, *each.detail.splitlines(), each.advice):
                assert line in texts


def test_each_role_path_schedule_and_check_is_a_case() -> None:
    report, found = made.usual(), suites("usual")
    assert len(found["Least privilege"]) == len(report.privileges.proofs)
    assert len(found["Delivery"]) == len(report.deliveries.paths) + len(report.deliveries.unreached)
    assert len(found["When things run"]) == len(report.calendar.timetables)
    assert len(found["What changes"]) == len(report.changes.changes)
    checks = [each.get("name", "") for each in found["Policy checks"]]
    assert "checkov: 211 checks hold" in checks
    assert any("CKV_AWS_27" in each for each in checks)


def test_what_is_not_proved_and_fails_nothing_is_skipped_with_its_reason() -> None:
    cases = {each.get("name", "").split(".")[1]: each for each in suites("usual")["Least privilege"]}
    assert cases["schedule_channelbackfill"].find("skipped") is None
    for name, reason in (("other", "PassRole"), ("deferred", "a file that the apply writes"), ("slow", "gave up")):
        skipped = cases[f"schedule_{name}"].find("skipped")
        assert skipped is not None
        assert reason in (skipped.text or "")
    failure = cases["schedule_claims-report"].find("failure")
    assert failure is not None
    assert "role/admin" in (failure.text or "")


def test_a_path_that_does_not_deliver_says_what_is_missing() -> None:
    failures = [each.text or "" for each in suites("usual")["Delivery"].iter("failure")]
    assert any('"Action":"ecs:RunTask","Resource"' in each for each in failures)


def test_that_checkov_did_not_run_is_a_skipped_case() -> None:
    (case,) = suites("empty")["Policy checks"]
    assert case.find("skipped") is not None


def test_what_no_finding_fails_is_no_failure() -> None:
    report = made.usual()
    silent = replace(
        report,
        privileges=replace(report.privileges, findings=()),
        deliveries=replace(report.deliveries, findings=()),
    )
    root = ET.fromstring(render(silent))  # noqa: S314 - we have just written it
    assert silent.passes
    assert root.get("failures") == "0"
    assert any("role/admin" in (each.text or "") for each in root.iter("skipped"))


def test_nothing_that_xml_has_no_place_for_is_in_it() -> None:
    assert not made.UNSEEN.search(render(made.hostile()))
