"""Alert rules and the dashboard, judged by a real Prometheus."""
import json
import os
import re
import subprocess
import sys

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


def test_every_panel_of_the_dashboard_shows_something_during_calls(tmp_path):
    with open(tmp_path / "log", "w") as log:
        done = subprocess.run(
            ["unshare", "--net", sys.executable, os.path.dirname(__file__) + "/scene.py"]
            + [BUILD + "/bin", str(tmp_path)],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            timeout=120,
        )
    assert done.returncode == 0, (tmp_path / "log").read_text()[-4000:]
    found = json.loads(done.stdout)
    assert len(found) >= 15
    assert [query for query, count in found.items() if count == 0] == []
