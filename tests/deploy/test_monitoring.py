"""Alert rules and the dashboard, judged by a real Prometheus."""
import json
import os
import re
import subprocess
import sys

import pytest

import metrics_reference
from conftest import BUILD, ROOT

RULES = ROOT + "/deploy/prometheus/rtpengine.rules.yml"


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout[-4000:]


def test_each_alert_fires_on_its_trouble_and_only_then(tmp_path):
    run("promtool", "check", "rules", RULES)
    with open(os.path.join(os.path.dirname(__file__), "alerts_test.yml")) as handle:
        text = handle.read()
    with open(RULES) as handle:
        names = set(re.findall(r"alert: (\w+)", handle.read()))
    assert set(re.findall(r'alertname="(\w+)"', text)) == names
    (tmp_path / "alerts_test.yml").write_text(text.replace("[RULES]", "[%s]" % RULES))
    run("promtool", "test", "rules", str(tmp_path / "alerts_test.yml"))


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    scratch = tmp_path_factory.mktemp("scene")
    with open(scratch / "log", "w") as log:
        done = subprocess.run(
            ["unshare", "--net", "--mount", sys.executable]
            + [os.path.dirname(__file__) + "/scene.py", BUILD + "/bin", str(scratch)],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            timeout=120,
        )
    assert done.returncode == 0, (scratch / "log").read_text()[-4000:]
    return json.loads(done.stdout)


def test_every_panel_of_the_dashboard_shows_something_during_calls(scene):
    found = scene["queries"]
    assert len(found) >= 15
    assert [query for query, count in found.items() if count == 0] == []


def test_every_metric_is_documented_and_no_other(scene):
    with open(metrics_reference.DOCUMENT) as handle:
        assert handle.read() == metrics_reference.document(scene["bodies"])


def test_probes_say_who_can_take_calls(scene):
    probes = scene["probes"]
    assert probes["alone"] == [503]  # a worker without a controller
    assert probes["together"] == [200, 200]
    assert probes["draining"] == [503, 503]
    assert probes["alive"] == [200, 200]


def test_the_worker_counts_what_was_sent(scene):
    found = re.search(r'mediad_packets_total\{type="userspace"\} (\d+)', scene["bodies"]["mediad"])
    calls, parties = 3, 2
    assert int(found.group(1)) >= calls * parties * scene["packets"]
    assert "rtpengine_mediad_nftables_in_place 1\n" in scene["bodies"]["mediad"]


def test_loss_is_what_the_sequence_numbers_say(scene):
    body = scene["bodies"]["controld"]
    assert "rtpengine_packets_lost %d\n" % scene["missing"] in body
    assert re.search(r"interface_packets_lost{[^}]*} %d\n" % scene["missing"], body)
    assert "rtpengine_rtp_duplicates 0\n" in body


def test_the_call_record_has_what_was_sent(scene):
    (record,) = scene["records"]
    fields = dict(field.split("=", 1) for field in record.split(", ") if "=" in field)
    assert fields["ci"] == "call-0"
    assert (fields["ml0_local_tag"], fields["ml0_local_tag_type"]) == ("a", "FROM_TAG")
    assert (fields["ml1_local_tag"], fields["ml1_remote_tag"]) == ("b", "a")
    assert fields["ml0_termination"] == "REGULAR"
    for party in ("ml0", "ml1"):
        assert int(fields[party + "_midx1_rtp_relayed_packets"]) == scene["packets"]
        assert int(fields[party + "_midx1_rtp_relayed_bytes"]) == scene["packets"] * 172
        assert 10 < float(fields[party + "_duration"]) < 120
