"""rtpctl migrate on a host with the incumbent running: there, a call, and back to the byte (migrate/scene.py)."""
import json
import os
import subprocess

import pytest

from conftest import BUILD, ROOT


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    if os.geteuid() != 0:
        pytest.fail("this test needs root, because it makes namespaces")
    done = subprocess.run(
        ["unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"]
        + [ROOT + "/tests/deploy/migrate/scene.py", BUILD + "/bin", str(tmp_path_factory.mktemp("migrate"))],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)


def ok(result):
    assert result["status"] == 0, result["output"]
    return result["output"]


def test_the_scene_is_one(found):
    """The control: the incumbent relays, and its rule is there."""
    assert found["call_before"] == [20, 20]
    assert found["rule_before"]


def test_a_plan_tells_and_changes_nothing(found):
    text = ok(found["plan"])
    for part in ("rtpengine.service, running, enabled", "RTPENGINE --id 0 (rule 1)", "recording-dir", "mqtt-host"):
        assert part in text
    plan = json.loads(ok(found["plan_json"]))
    assert plan["can_be_applied"]
    assert {change["key"] for change in plan["configuration"]["changes"]} == {"recording-dir", "mqtt-host", "tos"}
    assert found["without_yes"]["status"] == 2
    assert found["plan_changes"] == []


def test_afterwards_ours_serve(found):
    ok(found["apply"])
    programs = [line.split()[0] for line in found["processes_after"]]
    assert programs == ["/usr/sbin/rtpengine-controld", "/usr/sbin/rtpengine-mediad"]
    assert found["call_after"] == [20, 20]
    for rules in found["rules_after"]:
        assert "RTPENGINE" not in rules and "--dport 22" in rules
    assert "table inet rtpengine" in found["nft_after"]
    text = found["configuration_after"]
    assert "\n# mqtt-host = 127.0.0.1\n" in text and "\ntos = 184\n" in text
    assert "\n# Timeout configurations (en segundos)\ntimeout = 60\n" in text
    assert json.loads(ok(found["status"]))["stage"] == "applied"
    assert found["again"]["status"] == 1


def test_the_way_back_leaves_no_difference(found):
    ok(found["rollback"])
    assert found["rollback_differences"] == []
    assert found["call_back"] == [20, 20]


def test_killed_in_the_middle(found):
    assert found["killed"]["status"] == 1
    assert "It was interrupted" in found["killed"]["output"]
    ok(found["killed_rollback"])
    assert found["killed_differences"] == []
    ok(found["resumed"])
    assert found["call_resumed"] == [20, 20]
    ok(found["resumed_rollback"])
    assert found["resumed_differences"] == []


def test_what_fails_is_taken_back(found):
    assert found["broken"]["status"] == 1
    assert "the host is as it was" in found["broken"]["output"]
    assert found["broken_differences"] == []
    assert found["call_broken"] == [20, 20]
    assert found["read_only"]["status"] == 1
    assert "ead-only" in found["read_only"]["output"]
    assert found["read_only_differences"] == []
